import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, onComplaint } from '../testing/browser.ts';
import { customerGold } from '../testing/customer-gold.ts';
import { publishSegmentSizes } from '../testing/segment-sizes.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';

const HOUR = 3_600_000;
const MEMBERS = 30;

let surroundings: Surroundings;
let webapp: RunningWebapp;
let browser: BrowserContext;
let page: Page;
let complaints: string[] = [];

const member = (number: number, fields: object = {}) =>
  customerGold({
    customer_id: `m${number}`,
    first_name: 'Member',
    last_name: `No. ${number}`,
    order_count: 6,
    lifetime_value: 10_000 * number,
    segments: ['loyal'],
    segment_since: { loyal: Date.now() - number * HOUR },
    ...fields,
  });

const sizes = (...members: readonly number[]): readonly GoldSegmentSize[] =>
  members.map((count, number) => ({
    segment: 'loyal',
    minute: Date.now() - (members.length - number) * HOUR,
    members: count,
    entered: number === 0 ? count : Math.max(0, count - members[number - 1]!),
    left: number === 0 ? 0 : Math.max(0, members[number - 1]! - count),
  }));

beforeAll(async () => {
  browser = await launchBrowser();
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  await surroundings.publishGold(...Array.from({ length: MEMBERS }, (_, number) => member(number + 1)));
  await publishSegmentSizes(surroundings, sizes(4, 9, 12, 11, 20, 26, MEMBERS));
  await webapp.caughtUp();
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
});

const open = async (path: string): Promise<void> => {
  await page.goto(`${webapp.url}${path}`);
  await page.locator('#connection[data-state=live]').waitFor();
  await page.evaluate("document.body.setAttribute('data-mark', 'same page')");
};

const isSamePage = (): Promise<unknown> => page.evaluate("document.body.hasAttribute('data-mark')");

describe('the segments in a browser', () => {
  it('are reached from the navigation, and each from its card', async () => {
    await open('/customers');
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Segments' }).click();
    await page.getByText('5 or more orders.').waitFor();
    await page.getByRole('link', { name: 'Loyal' }).click();
    await page.getByRole('heading', { name: 'Loyal' }).waitFor();
    await page.locator('#segment-chart canvas').waitFor();
  });

  it('list who enters and leaves while somebody looks', async () => {
    await open('/segments/loyal');
    const since = { segment_since: { loyal: Date.now() } };
    await surroundings.publishGold(member(99, { ...since, first_name: 'Newest', last_name: 'Member' }));
    await page.locator('#members tbody tr').first().getByText('Newest Member').waitFor();
    await page.locator('#totals-of-segment .tile').first().getByText('31', { exact: true }).waitFor();
    await publishSegmentSizes(surroundings, [
      { segment: 'loyal', minute: Date.now(), members: 31, entered: 1, left: 0 },
    ]);
    await page.locator('#segment-chart .u-legend').getByText('31', { exact: true }).waitFor();
    await surroundings.publishGold(member(99, { version: 2, segments: [], segment_since: {} }));
    await page.locator('#member-m99').waitFor({ state: 'detached' });
    expect(await isSamePage()).toBe(true);
  });

  it('are searched, sorted and paged in place, with the address saying so', async () => {
    await open('/segments/loyal');
    await page.getByRole('link', { name: 'Lifetime value' }).click();
    await page.locator('#members tbody tr').first().getByText('$3,000.00').waitFor();
    await page.getByRole('link', { name: 'Next →' }).click();
    await page.getByRole('link', { name: '← Previous' }).waitFor();
    await page.getByText('$100.00', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('lifetime_value');
    await page.getByLabel('Search members').fill('no. 17');
    await page.getByText('1 member match').waitFor();
    expect(new URL(page.url()).search).toBe('?search=no.+17&sort=lifetime_value');
    await page.getByRole('link', { name: 'Hour' }).click();
    await page.locator('[data-range="1h"][aria-current]').waitFor();
    await page.getByText('1 member match').waitFor();
    await page.locator('#segment-chart canvas').waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('are saved as a file that holds who was listed', async () => {
    await open('/segments/loyal?search=no.+17');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('loyal-members.csv');
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString('utf8').trimEnd().split('\r\n')).toHaveLength(2);
  });

  it("are on the customer's page with since when", async () => {
    await open('/customers/m3');
    const entry = page.locator('#in-loyal');
    await entry.getByText('entered').waitFor();
    expect(await entry.locator('time').textContent()).toBe('3 hours ago');
    await entry.getByRole('link', { name: 'Loyal' }).click();
    await page.locator('#member-m3').waitFor();
  });

  it('fit on a phone', async () => {
    await page.setViewportSize({ width: 375, height: 812 });
    for (const path of ['/segments', '/segments/loyal', '/segments/win-back']) {
      await page.goto(`${webapp.url}${path}`);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, overflow]).toEqual([path, 0]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});
