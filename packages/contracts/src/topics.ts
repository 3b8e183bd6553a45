import { ACTIVATION_DELIVERY_STATUS_SCHEMA } from './generated/activation-delivery-status.ts';
import { AD_EVENT_SCHEMA } from './generated/ad-event.ts';
import { ALERT_SCHEMA } from './generated/alert.ts';
import { CAMPAIGN_PARTIAL_SCHEMA } from './generated/campaign-partial.ts';
import { CAMPAIGN_RESULT_SCHEMA } from './generated/campaign-result.ts';
import { CUSTOMER_CONSOLIDATED_SCHEMA } from './generated/customer-consolidated.ts';
import { CUSTOMER_GOLD_SCHEMA } from './generated/customer-gold.ts';
import { DEAD_LETTER_SCHEMA } from './generated/dead-letter.ts';
import { GOLD_CAMPAIGN_PERFORMANCE_SCHEMA } from './generated/gold-campaign-performance.ts';
import { GOLD_CUSTOMER_360_SCHEMA } from './generated/gold-customer-360.ts';
import { GOLD_SEGMENT_SIZE_SCHEMA } from './generated/gold-segment-size.ts';
import { LATE_EVENTS_SCHEMA } from './generated/late-events.ts';
import { ORDER_PLACED_SCHEMA } from './generated/order-placed.ts';
import { PROFILE_UPSERT_SCHEMA } from './generated/profile-upsert.ts';
import { PROPENSITY_SCORE_SCHEMA } from './generated/propensity-score.ts';
import { RECONCILIATION_SCHEMA } from './generated/reconciliation.ts';
import { SEGMENT_MATERIALIZED_SCHEMA } from './generated/segment-materialized.ts';
import { SILVER_ACTIVATION_SCHEMA } from './generated/silver-activation.ts';
import { SILVER_CUSTOMER_SCHEMA } from './generated/silver-customer.ts';
import { SILVER_ORDER_SCHEMA } from './generated/silver-order.ts';

/** Every topic of the platform. */
export type TopicName =
  | 'dom.customer.profile.upsert.v1'
  | 'dom.order.placed.v1'
  | 'dom.activation.delivery.status.v1'
  | 'silver.customers.v1'
  | 'silver.orders.v1'
  | 'silver.activations.v1'
  | 'silver.repartition.v1'
  | 'gold.customer_360.v1'
  | 'dom.propensity.score.v1'
  | 'dom.segment.materialized.v1'
  | 'dom.customer.consolidated.v1'
  | 'dom.customer.gold.v1'
  | 'live.repartition.v1'
  | 'logs'
  | 'live.campaign_partials.v1'
  | 'results'
  | 'gold.campaign_performance.v1'
  | 'gold.segment_sizes.v1'
  | 'ops.alerts'
  | 'ops.late_events.v1'
  | 'ops.reconciliation.v1'
  | 'dead-letter-queue';

/**
 * How long a topic keeps its records: `input` follows INPUT_RETENTION (bronze keeps the rest), `compact` keeps
 * the newest record of each key for good, `compact-input` keeps the newest of each key for as long as `input`, a
 * number is milliseconds.
 */
export type Retention = 'input' | 'compact' | 'compact-input' | number;

/** A dataset's declaration, from which its topic, its subject and its codecs are derived. */
export type TopicContract = {
  readonly name: TopicName;
  /** How values are written: Confluent-framed Avro, plain JSON, or bytes forwarded as they came. */
  readonly format: 'avro' | 'json' | 'bytes';
  /** The value's schema as it is registered under `<topic>-value`; null for bytes. */
  readonly schema: string | null;
  /** Fields of the message key: one is written as UTF-8 text, several as a compact JSON object in this order. */
  readonly key: readonly string[];
  /** `default` follows PARTITIONS, which all topics that are joined must share. */
  readonly partitions: 'default' | number;
  readonly retention: Retention;
};

const DAY_MILLISECONDS = 86_400_000;

const customerKey = ['customer_id'];

const input = (name: TopicName, schema: string): TopicContract => ({
  name,
  format: 'avro',
  schema,
  key: customerKey,
  partitions: 'default',
  retention: 'input',
});

const rows = (
  name: TopicName,
  format: 'avro' | 'json',
  schema: string,
  key: readonly string[] = customerKey,
): TopicContract => ({ name, format, schema, key, partitions: 'default', retention: 'compact' });

/** The topic catalogue: what exists, what lies on it and how long. */
export const TOPICS: Readonly<Record<TopicName, TopicContract>> = {
  'dom.customer.profile.upsert.v1': input('dom.customer.profile.upsert.v1', PROFILE_UPSERT_SCHEMA),
  'dom.order.placed.v1': input('dom.order.placed.v1', ORDER_PLACED_SCHEMA),
  'dom.activation.delivery.status.v1': input(
    'dom.activation.delivery.status.v1',
    ACTIVATION_DELIVERY_STATUS_SCHEMA,
  ),
  'silver.customers.v1': rows('silver.customers.v1', 'avro', SILVER_CUSTOMER_SCHEMA),
  'silver.orders.v1': rows('silver.orders.v1', 'avro', SILVER_ORDER_SCHEMA, ['customer_id', 'order_id']),
  'silver.activations.v1': rows('silver.activations.v1', 'avro', SILVER_ACTIVATION_SCHEMA, [
    'customer_id',
    'activation_id',
  ]),
  // Input records that another client put on the wrong partition, on their way to the right one.
  'silver.repartition.v1': {
    name: 'silver.repartition.v1',
    format: 'bytes',
    schema: null,
    key: customerKey,
    partitions: 'default',
    retention: 'input',
  },
  'gold.customer_360.v1': rows('gold.customer_360.v1', 'avro', GOLD_CUSTOMER_360_SCHEMA),
  'dom.propensity.score.v1': rows('dom.propensity.score.v1', 'json', PROPENSITY_SCORE_SCHEMA),
  'dom.segment.materialized.v1': rows('dom.segment.materialized.v1', 'avro', SEGMENT_MATERIALIZED_SCHEMA),
  'dom.customer.consolidated.v1': rows('dom.customer.consolidated.v1', 'json', CUSTOMER_CONSOLIDATED_SCHEMA),
  'dom.customer.gold.v1': rows('dom.customer.gold.v1', 'json', CUSTOMER_GOLD_SCHEMA),
  // Input records of the live aggregation that came on another partition than their customer's.
  'live.repartition.v1': {
    name: 'live.repartition.v1',
    format: 'bytes',
    schema: null,
    key: customerKey,
    partitions: 'default',
    retention: 'input',
  },
  logs: {
    name: 'logs',
    format: 'json',
    schema: AD_EVENT_SCHEMA,
    key: ['user_id'],
    partitions: 'default',
    retention: 'input',
  },
  // On the partition of campaign and channel, not of the whole key.
  'live.campaign_partials.v1': {
    ...rows('live.campaign_partials.v1', 'avro', CAMPAIGN_PARTIAL_SCHEMA, [
      'campaign',
      'channel',
      'window_start',
      'source_partition',
    ]),
    retention: 'compact-input',
  },
  results: {
    ...rows('results', 'json', CAMPAIGN_RESULT_SCHEMA, ['campaign', 'channel', 'window_start']),
    retention: 'compact-input',
  },
  'gold.campaign_performance.v1': rows(
    'gold.campaign_performance.v1',
    'avro',
    GOLD_CAMPAIGN_PERFORMANCE_SCHEMA,
    ['campaign', 'channel', 'window', 'window_start'],
  ),
  'gold.segment_sizes.v1': rows('gold.segment_sizes.v1', 'avro', GOLD_SEGMENT_SIZE_SCHEMA, [
    'segment',
    'minute',
  ]),
  'ops.alerts': {
    ...rows('ops.alerts', 'json', ALERT_SCHEMA, ['alert_id']),
    retention: 30 * DAY_MILLISECONDS,
  },
  'ops.late_events.v1': rows('ops.late_events.v1', 'json', LATE_EVENTS_SCHEMA, [
    'campaign',
    'channel',
    'window_start',
    'source_partition',
  ]),
  'ops.reconciliation.v1': rows('ops.reconciliation.v1', 'json', RECONCILIATION_SCHEMA),
  'dead-letter-queue': {
    name: 'dead-letter-queue',
    format: 'avro',
    schema: DEAD_LETTER_SCHEMA,
    key: customerKey,
    partitions: 'default',
    retention: 365 * DAY_MILLISECONDS,
  },
};

/** The three topics of the customer domain that the outside world writes to; `source_offsets` of every row refer to them. */
export const INPUT_TOPICS = [
  'dom.customer.profile.upsert.v1',
  'dom.order.placed.v1',
  'dom.activation.delivery.status.v1',
] as const satisfies readonly TopicName[];

/** The registry subject of a topic's value. */
export const subjectOf = (topic: string): string => `${topic}-value`;
