import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedStack, startEmbeddedStack } from '@marketing-streams/embedded/stack';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, onComplaint } from '../testing/browser.ts';
import { alertRecords, campaignResult, resultRecords } from '../testing/campaign-records.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';

const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;

let folder: string;
let stack: EmbeddedStack;
let surroundings: Surroundings;
let webapp: RunningWebapp;
let browser: BrowserContext;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'marketing-streams-campaigns-'));
  // A stack of its own: its broker is restarted.
  [stack, browser] = await Promise.all([
    startEmbeddedStack({ localDirectory: folder, ports: { kafka: 0, registry: 0, redis: 0 } }),
    launchBrowser(),
  ]);
  surroundings = await createSurroundings(stack);
  webapp = await surroundings.start();
  page = await browser.newPage();
  onComplaint(page, (text) => complaints.push(text));
});
afterEach(() => {
  expect(complaints).toEqual([]);
  complaints = [];
});
afterAll(async () => {
  await browser?.close();
  await surroundings?.close();
  await stack?.stop('kill');
  rmSync(folder, { recursive: true, force: true });
});

/** What each combination came to in the last half hour; `spend` is the newest minute's. */
const publishHistory = (): Promise<void> => {
  const rows = ['brand_awareness', 'spring_sale', 'retargeting'].flatMap((campaign, number) =>
    ['email', 'facebook_ads', 'google_ads', 'tiktok'].flatMap((channel, other) =>
      Array.from({ length: 30 }, (_, minute) => {
        const busy = 20 + number * 9 + other * 4 + Math.round(8 * Math.sin((minute + other * 3) / 4));
        return campaignResult({
          campaign,
          channel,
          window_start: NOW - (29 - minute) * MINUTE,
          impressions: busy * 4,
          clicks: busy,
          conversions: Math.round(busy / 4),
          spend: busy * 260 + number * 900,
        });
      }),
    ),
  );
  return surroundings.publish(...resultRecords(surroundings.topics.tables.results, rows));
};

const publishMinute = (minute: number, fields: Partial<ReturnType<typeof campaignResult>>): Promise<void> =>
  surroundings.publish(
    ...resultRecords(surroundings.topics.tables.results, [
      campaignResult({ window_start: NOW + minute * MINUTE, ...fields }),
    ]),
  );

/** Opens a page and marks it: the mark is gone when the page was loaded anew. */
const open = async (path: string): Promise<void> => {
  await page.goto(`${webapp.url}${path}`);
  await page.evaluate("document.body.setAttribute('data-mark', 'same page')");
};

const isSamePage = (): Promise<unknown> => page.evaluate("document.body.hasAttribute('data-mark')");

const live = () => page.locator('#connection[data-state=live]').waitFor();
const value = (metric: string) => page.locator(`[data-metric=${metric}] .tile-value`);
const spendIs = (text: string) => value('spend').getByText(text, { exact: true }).waitFor();
const spend = async (): Promise<string> => (await value('spend').textContent()) ?? '';

/** How many pixels a chart has drawn in colour. */
const drawnPixels = (chart: string): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('#chart-${chart} canvas');
    if (canvas === null) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > 200 && Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60) count += 1;
    return count;
  })()`) as Promise<number>;

describe('the campaigns page in a browser', () => {
  it('is empty first, and fills without a reload', async () => {
    await open('/campaigns');
    await live();
    await page.getByText('No advertising events yet').waitFor();
    await publishHistory();
    await page.getByText('No advertising events yet').waitFor({ state: 'hidden', timeout: 5_000 });
    await page.locator('#chart-campaigns canvas').waitFor();
    await page.locator('#chart-channels canvas').waitFor();
    await expect.poll(() => drawnPixels('campaigns')).toBeGreaterThan(500);
    await expect.poll(() => drawnPixels('channels')).toBeGreaterThan(500);
    await page.locator('#chart-campaigns .u-legend').getByText(/^\$\d/).first().waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('changes by itself while events come', async () => {
    await open('/campaigns?campaign=autumn');
    await live();
    await publishMinute(0, { campaign: 'autumn', clicks: 4, spend: 1_234 });
    await spendIs('$12.34');
    await publishMinute(0, { campaign: 'autumn', clicks: 5, spend: 2_345 });
    await spendIs('$23.45');
    expect(await isSamePage()).toBe(true);
  });

  it('stands still while refresh is off, shows what is new when asked, and goes on when it is on again', async () => {
    await open('/campaigns?campaign=autumn');
    await live();
    await page.getByLabel('Auto-refresh').selectOption('off');
    await page.locator('#connection[data-state=off]').waitFor();
    expect(new URL(page.url()).searchParams.get('refresh')).toBe('off');
    await publishMinute(0, { campaign: 'autumn', clicks: 6, spend: 3_456 });
    await webapp.caughtUp();
    expect(await spend()).toBe('$23.45');
    await page.getByRole('link', { name: 'Refresh', exact: true }).click();
    await spendIs('$34.56');
    await page.getByLabel('Auto-refresh').selectOption('10');
    await live();
    await publishMinute(0, { campaign: 'autumn', clicks: 7, spend: 4_567 });
    await spendIs('$45.67');
    expect(await isSamePage()).toBe(true);
  });

  it('filters, sorts and keeps both in the address', async () => {
    await open('/campaigns');
    await page.getByLabel('Campaign', { exact: true }).selectOption('spring_sale');
    await page.getByLabel('Channel', { exact: true }).selectOption('tiktok');
    await expect.poll(() => page.locator('#campaign-table tbody tr').count()).toBe(1);
    await page.getByLabel('Charts show').selectOption('cpc');
    await page.getByRole('heading', { name: 'CPC by channel' }).waitFor();
    await page.getByLabel('Channel', { exact: true }).selectOption('');
    await page.getByRole('link', { name: 'Conversions' }).click();
    await page.locator('th[aria-sort=descending]').getByText('Conversions').waitFor();
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toMatchObject({
      campaign: 'spring_sale',
      metric: 'cpc',
      sort: 'conversions',
    });
    await page.reload();
    expect(await page.getByLabel('Campaign', { exact: true }).inputValue()).toBe('spring_sale');
    await page.goBack();
  });

  it('can be cleared, and shows everything again', async () => {
    await open('/campaigns?campaign=brand_awareness');
    await page.getByRole('link', { name: 'Clear view' }).click();
    await page.getByText('The view was cleared').waitFor();
    await page.getByRole('link', { name: 'Show everything' }).click();
    await page.getByRole('link', { name: 'Clear view' }).waitFor();
    await expect.poll(() => page.locator('#campaign-table tbody tr').count()).toBe(4);
  });

  it('draws the value of a single minute, which has no line', async () => {
    await open('/campaigns?campaign=autumn&metric=cpc');
    await expect.poll(() => drawnPixels('campaigns')).toBeGreaterThan(10);
    await page
      .locator('#chart-campaigns .u-legend')
      .getByText(/^[A-Z][a-z]{2} \d+, .* UTC/)
      .waitFor();
  });

  it('does not lose what somebody chose to a reload that begins right after it', async () => {
    await open('/campaigns');
    await page.evaluate(`import('/assets/page.js').then(({ load, reload }) =>
      Promise.all([load('/campaigns?campaign=autumn', 'push'), reload()]))`);
    expect(new URL(page.url()).searchParams.get('campaign')).toBe('autumn');
  });

  it('lists windows, and what is wrong', async () => {
    await open('/campaigns');
    await live();
    await page.getByRole('link', { name: 'Windows', exact: true }).click();
    await page.getByRole('columnheader', { name: 'Window (1m)' }).waitFor();
    await surroundings.publish(
      ...alertRecords(surroundings.topics.tables.alerts, [
        {
          alert_id: 'a-1',
          rule: 'campaign-cpa-above',
          severity: 'critical',
          status: 'firing',
          subject: { campaign: 'retargeting', channel: 'tiktok' },
          message: 'CPA is $31.20, above $25.00',
          value: 31.2,
          threshold: 25,
          started_at: NOW,
          changed_at: NOW,
        },
      ]),
    );
    await page.locator('.alert-critical').getByText('CPA is $31.20, above $25.00').waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('has no part that is wider than a phone', async () => {
    await page.setViewportSize({ width: 375, height: 812 });
    for (const path of ['/campaigns', '/campaigns?table=windows&range=24h', '/campaigns?campaign=nobody']) {
      await page.goto(`${webapp.url}${path}`);
      await page.locator('#chart-channels canvas').waitFor();
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, overflow]).toEqual([path, 0]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('shows what is known while the broker is away, and goes on when it is back', async () => {
    await open('/campaigns?campaign=autumn');
    await live();
    await stack.parts.kafka.stop();
    await page.getByText('Kafka is away.').waitFor();
    expect(await spend()).toBe('$45.67');
    await page.reload();
    await spendIs('$45.67');
    await page.getByText('Last written').waitFor();
    await page.evaluate("document.body.setAttribute('data-mark', 'same page')");
    await stack.parts.kafka.start();
    await page.getByText('Kafka is away.').waitFor({ state: 'detached', timeout: 30_000 });
    await publishMinute(0, { campaign: 'autumn', clicks: 8, spend: 5_678 });
    await spendIs('$56.78');
    expect(await isSamePage()).toBe(true);
  });
});
