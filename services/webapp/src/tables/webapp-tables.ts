import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { Alert } from '@marketing-streams/contracts/generated/alert';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { GoldCampaignPerformance } from '@marketing-streams/contracts/generated/gold-campaign-performance';
import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import type { LateEvents } from '@marketing-streams/contracts/generated/late-events';
import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import {
  createFollowedTable,
  type FollowedTable,
  type OnUnreadable,
  type TableDeclaration,
  type TableIntake,
} from './followed-table.ts';

/** The rows of each table that the pages show. */
type TableRows = {
  /** Campaign × channel × minute of the last two days. */
  readonly results: CampaignResult;
  /** Campaign × channel × hour or day. */
  readonly performance: GoldCampaignPerformance;
  readonly alerts: Alert;
  readonly lateEvents: LateEvents;
  readonly segmentSizes: GoldSegmentSize;
  /** Customers of whom live aggregation and gold do not say the same. */
  readonly reconciliation: Reconciliation;
};

export type TableName = keyof TableRows;

/** The tables that the pages show, by name. */
export type WebappTables = { readonly [Name in TableName]: FollowedTable<TableRows[Name]> };

/** Where each table is read. */
export type TableTopics = Readonly<Record<TableName, string>>;

/** One decoder per table. */
export type TableCodecs = {
  readonly [Name in TableName]: Pick<TableDeclaration<TableRows[Name]>, 'decode' | 'prepare'>;
};

/** The topics of the catalogue. */
export const TABLE_TOPICS = {
  results: 'results',
  performance: 'gold.campaign_performance.v1',
  alerts: 'ops.alerts',
  lateEvents: 'ops.late_events.v1',
  segmentSizes: 'gold.segment_sizes.v1',
  reconciliation: 'ops.reconciliation.v1',
} as const satisfies Record<TableName, TopicName>;

const HOUR_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/** A day of minutes, the day before to compare it with, and an hour in which neither begins at the full minute. */
const RESULTS_KEPT_MILLISECONDS = 2 * DAY_MILLISECONDS + HOUR_MILLISECONDS;

const windowStart = ({ window_start }: { readonly window_start: number }): number => window_start;

/** What a table is beside its topic and its decoder. */
const PARTS: { readonly [Name in TableName]: Pick<TableDeclaration<TableRows[Name]>, 'accepts' | 'age'> } = {
  results: { age: { timeOf: windowStart, keepMilliseconds: RESULTS_KEPT_MILLISECONDS } },
  // Minutes come from `results`. Quotes within a name are escaped: this can only be the field.
  performance: { accepts: (key) => !key.includes('"window":"1m"') },
  alerts: { age: { timeOf: ({ changed_at }) => changed_at, keepMilliseconds: 30 * DAY_MILLISECONDS } },
  lateEvents: { age: { timeOf: windowStart, keepMilliseconds: 31 * DAY_MILLISECONDS } },
  segmentSizes: { age: { timeOf: ({ minute }) => minute, keepMilliseconds: 31 * DAY_MILLISECONDS } },
  reconciliation: {},
};

/** Registers the contracts of the tables and makes their codecs. Throws REGISTRY_UNAVAILABLE on an outage. */
export const createTableCodecs = async (registry: SchemaRegistry): Promise<TableCodecs> => {
  const [performance, segmentSizes] = await Promise.all([
    createAvroCodec<GoldCampaignPerformance>({ registry, topic: TABLE_TOPICS.performance }),
    createAvroCodec<GoldSegmentSize>({ registry, topic: TABLE_TOPICS.segmentSizes }),
  ]);
  return {
    results: createJsonCodec<CampaignResult>(TABLE_TOPICS.results),
    performance,
    alerts: createJsonCodec<Alert>(TABLE_TOPICS.alerts),
    lateEvents: createJsonCodec<LateEvents>(TABLE_TOPICS.lateEvents),
    segmentSizes,
    reconciliation: createJsonCodec<Reconciliation>(TABLE_TOPICS.reconciliation),
  };
};

export type WebappTablesOptions = {
  readonly topics: TableTopics;
  readonly codecs: TableCodecs;
  readonly metrics: Metrics;
  readonly logger: Logger;
};

/** The empty tables, and the sides that fill them. */
export const createWebappTables = (
  options: WebappTablesOptions,
): { readonly tables: WebappTables; readonly intakes: readonly TableIntake[] } => {
  const { topics, codecs, metrics, logger } = options;
  const unreadable = metrics.counter(
    'webapp_table_unreadable_total',
    'Records of followed tables that could not be read and were passed over.',
    ['table', 'code'],
  );
  const sizes = metrics.gauge('webapp_table_rows', 'Rows of followed tables in memory.', ['table']);
  const intakes: TableIntake[] = [];
  const follow = <Name extends TableName>(name: Name): FollowedTable<TableRows[Name]> => {
    const onUnreadable: OnUnreadable = ({ partition, offset }, error) => {
      unreadable.inc({ table: name, code: error.code });
      logger.warn({ table: name, partition, offset, reason: error.message }, 'record passed over');
    };
    const { table, intake } = createFollowedTable<TableRows[Name]>(
      { name, topic: topics[name], ...codecs[name], ...PARTS[name] },
      onUnreadable,
    );
    intakes.push(intake);
    metrics.onCollect(() => sizes.set({ table: name }, table.size()));
    return table;
  };
  const tables: WebappTables = {
    results: follow('results'),
    performance: follow('performance'),
    alerts: follow('alerts'),
    lateEvents: follow('lateEvents'),
    segmentSizes: follow('segmentSizes'),
    reconciliation: follow('reconciliation'),
  };
  return { tables, intakes };
};
