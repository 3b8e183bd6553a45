import { INPUT_TOPICS, type TopicName } from '@marketing-streams/contracts/topics';

/** A processor on the way of the data: a consumer group that commits its positions in Kafka. */
export type Hop = {
  /** The processor and its consumer group. */
  readonly group: string;
  /** The service it runs in. */
  readonly service: string;
  /** What it does, in a few words. */
  readonly does: string;
  readonly reads: readonly string[];
  /** Whether every installation has it: the live aggregation may run in ksqlDB instead. */
  readonly isOptional: boolean;
};

const hop = (
  group: string,
  service: string,
  does: string,
  reads: readonly TopicName[],
  isOptional = false,
): Hop => ({ group, service, does, reads, isOptional });

/** What brings the records to the pages. */
export const VIEW_HOP: Hop = hop('webapp', 'webapp', 'brings gold records to Redis and to open pages', [
  'dom.customer.gold.v1',
  'silver.orders.v1',
  'silver.activations.v1',
  'dom.customer.profile.upsert.v1',
]);

/** The hops in the order in which data goes through them. */
export const HOPS: readonly Hop[] = [
  hop('silver', 'silver', 'checks, deduplicates and orders what comes in', [
    ...INPUT_TOPICS,
    'silver.repartition.v1',
  ]),
  hop('gold', 'gold', 'folds rows into the customer 360', [
    'silver.customers.v1',
    'silver.orders.v1',
    'silver.activations.v1',
  ]),
  hop('scorer', 'scorer', 'scores how likely another order is', ['gold.customer_360.v1']),
  hop('gold-publisher', 'gold-publisher', 'joins 360, score and segments', [
    'gold.customer_360.v1',
    'dom.propensity.score.v1',
    'dom.segment.materialized.v1',
  ]),
  hop(
    'live-customers',
    'live',
    'aggregates customers and segments from the inputs alone',
    [...INPUT_TOPICS, 'live.repartition.v1'],
    true,
  ),
  hop('live-campaign-partials', 'live', 'counts ad events by the minute', ['logs'], true),
  hop('live-campaign-windows', 'live', 'adds up campaign windows', ['live.campaign_partials.v1'], true),
  hop('campaign-performance', 'gold', 'rolls campaign windows up to hours and days', ['results']),
  hop('segment-sizes', 'gold', 'counts who enters and leaves segments', ['dom.segment.materialized.v1']),
  hop('reconciliation', 'monitor', 'compares live aggregation with gold', [
    ...INPUT_TOPICS,
    'gold.customer_360.v1',
    'dom.customer.consolidated.v1',
    'dead-letter-queue',
  ]),
  hop('campaign-alerts', 'monitor', 'watches campaigns', ['results']),
];
