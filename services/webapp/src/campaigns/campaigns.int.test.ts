import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldCampaignPerformance } from '@marketing-streams/contracts/generated/gold-campaign-performance';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertRecords, campaignResult, lateRecords, resultRecords } from '../testing/campaign-records.ts';
import { type EventStream, listenToEvents } from '../testing/event-stream.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The minute that is under way; what the dashboard's range ends with. */
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;

let surroundings: Surroundings;
let webapp: RunningWebapp;
let events: EventStream | undefined;

beforeAll(async () => {
  surroundings = await createSurroundings();
  webapp = await surroundings.start({ campaigns_port: 0 });
});
afterAll(async () => {
  await events?.close();
  await surroundings?.close();
});

type Results = {
  readonly results: readonly Record<string, unknown>[];
  readonly newest_window_end: string | null;
};

const getResults = async (query = ''): Promise<Results> =>
  (await (await fetch(`${webapp.url}/api/campaigns/results${query}`)).json()) as Results;

const getPage = async (query = ''): Promise<string> =>
  (await fetch(`${webapp.url}/campaigns${query}`, { headers: { accept: 'text/html' } })).text();

/** What a card of the page says. */
const card = (html: string, metric: string): string =>
  /<dd class="tile-value"[^>]*>([^<]*)</.exec(html.slice(html.indexOf(`data-metric="${metric}"`)))?.[1] ?? '';

const publishResults = (...rows: readonly ReturnType<typeof campaignResult>[]): Promise<void> =>
  surroundings.publish(...resultRecords(surroundings.topics.tables.results, rows));

describe('campaigns', () => {
  it('are the first page of a second port, which has all the others too', async () => {
    const first = await fetch(`${webapp.campaignsUrl}/`, { redirect: 'manual' });
    expect([first.status, first.headers.get('location')]).toEqual([302, '/campaigns']);
    expect((await fetch(`${webapp.campaignsUrl}/campaigns`)).status).toBe(200);
    expect((await fetch(`${webapp.campaignsUrl}/livez`)).status).toBe(200);
  });

  it('say that there is nothing yet', async () => {
    expect(await getResults()).toEqual({ results: [], newest_window_end: null, written_at: null });
    expect(await getPage()).toContain('No advertising events yet');
  });

  it('come up from the earliest record, with what each window came to last', async () => {
    await publishResults(
      campaignResult({ window_start: NOW - MINUTE, impressions: 10, clicks: 1, spend: 120 }),
      campaignResult({
        window_start: NOW - MINUTE,
        impressions: 20,
        clicks: 4,
        conversions: 1,
        spend: 1_000,
      }),
      campaignResult({ window_start: NOW, channel: 'email', impressions: 5, clicks: 1, spend: 250 }),
      campaignResult({ window_start: NOW, campaign: 'brand_awareness', impressions: 75 }),
    );
    await webapp.caughtUp();
    const { results } = await getResults();
    expect(results).toHaveLength(3);
    expect(
      results.find(({ channel, campaign }) => channel === 'google_ads' && campaign === 'spring_sale'),
    ).toEqual({
      campaign: 'spring_sale',
      channel: 'google_ads',
      window: '1m',
      window_start: new Date(NOW - MINUTE).toISOString(),
      window_end: new Date(NOW).toISOString(),
      impressions: 20,
      clicks: 4,
      conversions: 1,
      spend: 10,
      CPC: 2.5,
      CPA: 10,
    });
    const html = await getPage();
    expect(
      ['spend', 'clicks', 'conversions', 'cpc', 'cpa', 'ctr'].map((metric) => card(html, metric)),
    ).toEqual(['$12.50', '5', '1', '$2.50', '$12.50', '5.00%']);
  });

  it('can be filtered, in the page, the API and the file', async () => {
    const query = '?campaign=spring_sale&channel=email';
    expect(card(await getPage(query), 'spend')).toBe('$2.50');
    expect((await getResults(query)).results).toHaveLength(1);
    expect((await getResults(`?until=${new Date(NOW).toISOString()}`)).results).toHaveLength(1);
    const response = await fetch(`${webapp.url}/campaigns.csv${query}`);
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="campaigns-1h.csv"');
    expect((await response.text()).split('\r\n')).toEqual([
      'campaign,channel,window,window_start,window_end,impressions,clicks,conversions,spend,CPC,CPA',
      `spring_sale,email,1m,${new Date(NOW).toISOString()},${new Date(NOW + MINUTE).toISOString()},5,1,0,2.5,2.5,0`,
      '',
    ]);
  });

  it('name what is wrong with an address', async () => {
    for (const [path, field] of [
      ['/campaigns?range=2h', 'range'],
      ['/campaigns?sort=colour', 'sort'],
      ['/api/campaigns/results?from=yesterday', 'from'],
      ['/events/campaigns?metric=fun', 'metric'],
    ]) {
      const response = await fetch(`${webapp.url}${path}`, { headers: { accept: 'application/json' } });
      expect([path, response.status, await response.json()]).toMatchObject([
        path,
        400,
        { error: { code: 'VALUE_INVALID', fields: [{ field }] } },
      ]);
    }
  });

  it('tell each window that changes to who asked for it', async () => {
    events = await listenToEvents(`${webapp.url}/events/campaigns/results?campaign=retargeting`);
    await publishResults(
      campaignResult({ window_start: NOW, campaign: 'spring_sale', clicks: 9 }),
      campaignResult({ window_start: NOW, campaign: 'retargeting', clicks: 5, spend: 481 }),
    );
    const { data } = await events.next(({ name }) => name === 'result');
    expect(data).toMatchObject({ campaign: 'retargeting', clicks: 5, CPC: 0.962 });
  });

  it('send the parts of the page that look different', async () => {
    const page = await listenToEvents(`${webapp.url}/events/campaigns?campaign=retargeting`);
    const isPart = (target: string) => (event: { readonly data: Record<string, unknown> }) =>
      event.data['target'] === target;
    expect((await page.next(isPart('campaign-cards'))).data['html']).toContain('$4.81');
    await publishResults(
      campaignResult({ window_start: NOW, campaign: 'retargeting', clicks: 8, spend: 900 }),
    );
    expect((await page.next(isPart('campaign-cards'))).data['html']).toContain('$9.00');
    expect((await page.next(isPart('campaign-table'))).data['html']).toContain('retargeting');
    await page.close();
  });

  it('show alerts that hold, and what came too late', async () => {
    const alert = {
      alert_id: 'a-1',
      rule: 'campaign-cpa-above',
      severity: 'critical',
      status: 'firing',
      subject: { campaign: 'retargeting', channel: 'email' },
      message: 'CPA is 31.20, above 25.00',
      value: 31.2,
      threshold: 25,
      started_at: NOW - MINUTE,
      changed_at: NOW - MINUTE,
    } as const;
    await surroundings.publish(
      ...alertRecords(surroundings.topics.tables.alerts, [
        alert,
        { ...alert, alert_id: 'a-2', status: 'resolved', message: 'spend was high' },
        { ...alert, alert_id: 'a-3', rule: 'lag-above', message: 'not about campaigns' },
      ]),
      ...lateRecords(surroundings.topics.tables.lateEvents, [
        {
          campaign: 'retargeting',
          channel: 'email',
          window_start: NOW - MINUTE,
          source_partition: 1,
          events: 3,
          spend: 450,
        },
      ]),
    );
    await webapp.caughtUp();
    const html = await getPage();
    expect(html).toContain('CPA is 31.20, above 25.00');
    expect(html).toContain('spend was high');
    expect(html).not.toContain('not about campaigns');
    expect(html.replaceAll(/<[^>]*>/g, '')).toContain(
      '3 events worth $4.50 came after their windows had closed',
    );
    expect(await getPage('?campaign=brand_awareness')).not.toContain('worth $4.50');
  });

  it('have their history from hours and days, and pass over its minutes', async () => {
    const registry = createSchemaRegistry({ url: process.env['SCHEMA_REGISTRY_URL']! });
    const codec = await createAvroCodec<GoldCampaignPerformance>({
      registry,
      topic: 'gold.campaign_performance.v1',
    });
    const row = (window: string, window_start: number, spend: number): GoldCampaignPerformance => ({
      ...campaignResult({ window_start, campaign: 'history', spend }),
      window,
      cpc: 0,
      cpa: 0,
      source_offsets: [],
    });
    const hour = NOW - (NOW % HOUR);
    const rows = [
      row('1m', NOW, 1),
      row('1h', hour, 200),
      row('1h', hour - HOUR, 300),
      row('1d', NOW - (NOW % DAY), 4_000),
    ];
    await surroundings.publish(
      ...rows.map((value) => ({
        topic: surroundings.topics.tables.performance,
        key: structuredKey(value, ['campaign', 'channel', 'window', 'window_start']),
        value: codec.encode(value),
      })),
    );
    await webapp.caughtUp();
    const spends = await Promise.all(
      ['1h', '7d', '30d', '90d'].map(async (range) =>
        card(await getPage(`?campaign=history&range=${range}`), 'spend'),
      ),
    );
    expect(spends).toEqual(['$0.00', '$5.00', '$5.00', '$40.00']);
    expect((await getResults('?window=1d&campaign=history')).results).toMatchObject([
      { window: '1d', spend: 40 },
    ]);
  });

  it('leave out what was before the view was cleared', async () => {
    const html = await getPage(`?since=${NOW + 1_000}`);
    expect(card(html, 'spend')).toBe('$11.50');
    expect(html).toContain('Show everything');
  });
});
