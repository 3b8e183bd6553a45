import { randomUUID } from 'node:crypto';
import type { AdEvent } from '@marketing-streams/contracts/generated/ad-event';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { createAdTraffic } from '@marketing-streams/domain/simulation/ad-traffic';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { PipelineAccess } from '@marketing-streams/tests/harness/pipeline-access';
import { waitUntil } from '@marketing-streams/tests/harness/wait-until';
import type { CampaignFigures } from './campaign-figures.ts';
import { openCampaignPages } from './campaign-pages.ts';
import { type CountJourneys, createCountJourneys } from './count-journeys.ts';
import { type SendingReport, sendSteadily } from './steady-stream.ts';
import { followTopic } from './topic-follower.ts';

/** Sends ad events and times each until it is counted, on the topic and wherever else somebody looks. */
export type CampaignMeter = {
  /** See `sendSteadily`. */
  readonly sendSteadily: (rate: number, seconds: number) => Promise<SendingReport>;
  /** Events on their way to `results`, as a read_committed reader sees them. */
  readonly results: CountJourneys;
  /** Events on their way to a listener of the web app's events about windows. */
  readonly listener: CountJourneys;
  /** Clicks of one campaign on their way to the number that an open dashboard shows. */
  readonly dashboard: CountJourneys;
  /** Resolves when `results` has every event and every cent, and the dashboard every click. Throws naming a window that has too many, or not enough in time. */
  readonly allCounted: (timeoutMilliseconds?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

const MINUTE_MILLISECONDS = 60_000;

const windowName = (campaign: string, channel: string, windowStart: number): string =>
  `${campaign} ${channel} ${windowStart}`;

const countOf = ({ impressions, clicks, conversions }: CampaignFigures): number =>
  impressions + clicks + conversions;

/** What was sent into a window: the moments, monotonic milliseconds, and the cents. */
type Sent = { readonly moments: number[]; cents: number };

/** A meter over campaigns of its own: the company's, under names nobody else has. */
export const startCampaignMeter = async (access: PipelineAccess): Promise<CampaignMeter> => {
  const run = randomUUID().slice(0, 8);
  const { encode } = createJsonCodec<AdEvent>('logs');
  const traffic = createAdTraffic({
    seed: 1,
    run: 1,
    weights: { impression: 80, click: 15, conversion: 5 },
  });
  const windows = new Map<string, Sent>();
  const sentTo = (name: string): readonly number[] => windows.get(name)?.moments ?? [];
  const results = createCountJourneys(sentTo);
  const newestCents = new Map<string, number>();

  const watched = `brand_awareness-${run}`;
  const clicks: number[] = [];
  const listener = createCountJourneys(sentTo);
  const dashboard = createCountJourneys(() => clicks);
  const pages = await openCampaignPages(access.webappUrl, watched, {
    onRow: (row, at) =>
      listener.counted(windowName(row.campaign, row.channel, row.window_start), countOf(row), at),
    onClicks: (shown, at) => dashboard.counted(watched, shown, at),
  });

  const follower = followTopic(access.kafka, 'results', (_, value, at) => {
    const row = JSON.parse(value.toString('utf8')) as CampaignFigures;
    const name = windowName(row.campaign, row.channel, row.window_start);
    if (!windows.has(name)) return;
    newestCents.set(name, Math.round(row.spend * 100));
    results.counted(name, countOf(row), at);
  });
  await follower.ready;

  const nextEvent = (): OutgoingRecord => {
    const drawn = traffic.next(Date.now());
    const event: AdEvent = { ...drawn, campaign_id: `${drawn.campaign_id}-${run}` };
    const windowStart = event.ts - (event.ts % MINUTE_MILLISECONDS);
    const name = windowName(event.campaign_id, event.channel, windowStart);
    let sent = windows.get(name);
    if (sent === undefined) {
      sent = { moments: [], cents: 0 };
      windows.set(name, sent);
    }
    const now = performance.now();
    sent.moments.push(now);
    if (event.campaign_id === watched && event.event === 'click') clicks.push(now);
    sent.cents += event.cost;
    return { topic: 'logs', key: event.user_id, value: encode(event), timestamp: event.ts };
  };

  const missing = (): string | null => {
    if (dashboard.seen(watched) !== clicks.length)
      return `the dashboard shows ${dashboard.seen(watched)} of ${clicks.length} clicks`;
    for (const [name, { moments, cents }] of windows) {
      const seen = results.seen(name);
      if (seen > moments.length) throw new Error(`${name}: ${seen} of ${moments.length} events are counted`);
      if (seen < moments.length) return `${name}: only ${seen} of ${moments.length} events are counted`;
      if (newestCents.get(name) !== cents) return `${name}: ${newestCents.get(name)} of ${cents} cents`;
    }
    return null;
  };

  return {
    results,
    listener,
    dashboard,
    sendSteadily: (rate, seconds) =>
      sendSteadily(rate, seconds, (events) => access.send(Array.from({ length: events }, nextEvent))),
    allCounted: (timeoutMilliseconds = 60_000) =>
      waitUntil('every event is counted', async () => missing(), timeoutMilliseconds),
    close: async () => {
      await Promise.all([follower.stop(), pages.close()]);
    },
  };
};
