import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { LateEvents } from '@marketing-streams/contracts/generated/late-events';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Probe } from '@marketing-streams/embedded/supervise/poll';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { lagOf, settledPositions, tablePositions } from '../../src/harness/caught-up.ts';
import { readDeadLetters } from '../../src/harness/dead-letters.ts';
import { readCompacted, readTopic } from '../../src/harness/read-topic.ts';
import { differences } from '../ledger/differences.ts';
import { ownTableRows } from '../ledger/table-rows.ts';
import { type BronzeAdEvent, recompute, rolledUp, type Sums } from './recompute.ts';

/** Where the campaigns are to be looked at. */
export type CampaignStores = {
  readonly kafka: KafkaClient;
  readonly registry: SchemaRegistry;
  readonly deltaDirectory: string;
};

const GROUPS: readonly (readonly [group: string, topic: TopicName])[] = [
  ['live-campaign-partials', 'logs'],
  ['live-campaign-windows', 'live.campaign_partials.v1'],
  ['campaign-performance', 'results'],
];
const TABLES: readonly (readonly [table: string, topic: TopicName])[] = [
  ['bronze/ad_events', 'logs'],
  ['gold/campaign_performance', 'gold.campaign_performance.v1'],
];

/** A probe that is satisfied when all ad events have gone all the way. No more may be sent meanwhile. */
export const campaignsCaughtUp =
  ({ kafka, deltaDirectory }: CampaignStores): Probe =>
  async () => {
    const admin = kafka.admin();
    try {
      for (const [group, topic] of GROUPS) {
        const ends = await admin.endOffsets([topic]);
        const lag = await lagOf(kafka, group, ends, await settledPositions(admin, group, ends));
        if (lag !== null) return lag;
      }
      for (const [table, topic] of TABLES) {
        const positions = await tablePositions(deltaDirectory, table);
        const lag = await lagOf(kafka, `table ${table}`, await admin.endOffsets([topic]), positions);
        if (lag !== null) return lag;
      }
      return null;
    } finally {
      await admin.close();
    }
  };

type Window = Sums & {
  readonly campaign: string;
  readonly channel: string;
  readonly window: string;
  readonly window_start: number;
};

const byWindow = <Row extends Window>(rows: Iterable<Row>): ReadonlyMap<string, Row> =>
  new Map([...rows].map((row) => [JSON.stringify([row.campaign, row.channel, row.window_start]), row]));

/** With what a click and a conversion cost, worked out once more. */
const withRates = (windows: ReadonlyMap<string, Sums>, perClick: string, perAction: string) =>
  new Map(
    [...windows].map(([key, sums]) => [
      key,
      {
        ...sums,
        [perClick]: sums.clicks === 0 ? 0 : sums.spend / 100 / sums.clicks,
        [perAction]: sums.conversions === 0 ? 0 : sums.spend / 100 / sums.conversions,
      },
    ]),
  );

/** What came of it, for the log of a test. */
export type Agreed = {
  readonly events: number;
  readonly windows: number;
  readonly late: number;
  readonly invalid: number;
};

/**
 * Holds what the bronze table comes to against `results`, the late events, the dead letters and gold. All is at rest.
 * Throws naming what differs.
 */
export const agreeWithBronze = async (stores: CampaignStores): Promise<Agreed> => {
  const { kafka, registry, deltaDirectory } = stores;
  const tableRows = ownTableRows(deltaDirectory);
  const bronze = (await tableRows('bronze/ad_events')) as unknown as readonly BronzeAdEvent[];
  const logs = await readTopic(kafka, 'logs');
  const { windows, late, invalid } = recompute(bronze);
  const places = ({ partition, offset }: { readonly partition: number; readonly offset: number }): string =>
    `${partition}/${offset}`;
  const counted = (places: readonly string[]) => {
    const counts = new Map<string, { times: number }>();
    for (const place of places) counts.set(place, { times: (counts.get(place)?.times ?? 0) + 1 });
    return counts;
  };
  const once = (places: Iterable<string>) => new Map([...places].map((place) => [place, { times: 1 }]));

  const results = await readCompacted(kafka, 'results', createJsonCodec<CampaignResult>('results').decode);
  const { decode } = createJsonCodec<LateEvents>('ops.late_events.v1');
  const lateRows = [...(await readCompacted(kafka, 'ops.late_events.v1', decode)).values()];
  const letters = (await readDeadLetters(kafka, registry)).filter(({ topic }) => topic === 'logs');
  const gold = (await tableRows('gold/campaign_performance')) as unknown as readonly Window[];
  const goldOf = (length: string) => byWindow(gold.filter(({ window }) => window === length));
  const lateKey = ({ campaign, channel, window_start, source_partition }: LateEvents): string =>
    JSON.stringify([campaign, channel, window_start, source_partition]);

  const found = [
    ...differences('bronze/ad_events', once(logs.map(places)), counted(bronze.map(places))),
    ...differences('results', withRates(windows, 'CPC', 'CPA'), byWindow(results.values())),
    ...differences('ops.late_events.v1', late, new Map(lateRows.map((row) => [lateKey(row), row]))),
    ...differences('dead-letter-queue', once(invalid), counted(letters.map(places))),
    ...differences('gold 1m', withRates(windows, 'cpc', 'cpa'), goldOf('1m')),
    ...differences('gold 1h', withRates(rolledUp(windows, 3_600_000), 'cpc', 'cpa'), goldOf('1h')),
    ...differences('gold 1d', withRates(rolledUp(windows, 86_400_000), 'cpc', 'cpa'), goldOf('1d')),
  ];
  if (found.length > 0) throw new Error(`campaigns do not agree with bronze:\n${found.join('\n')}`);
  const lateEvents = [...late.values()].reduce((sum, { events }) => sum + events, 0);
  return { events: bronze.length, windows: windows.size, late: lateEvents, invalid: invalid.size };
};
