import { ACTIVATION_DELIVERY_STATUS_SCHEMA } from './generated/activation-delivery-status.ts';
import { CUSTOMER_CONSOLIDATED_SCHEMA } from './generated/customer-consolidated.ts';
import { CUSTOMER_GOLD_SCHEMA } from './generated/customer-gold.ts';
import { DEAD_LETTER_SCHEMA } from './generated/dead-letter.ts';
import { GOLD_CUSTOMER_360_SCHEMA } from './generated/gold-customer-360.ts';
import { ORDER_PLACED_SCHEMA } from './generated/order-placed.ts';
import { PROFILE_UPSERT_SCHEMA } from './generated/profile-upsert.ts';
import { PROPENSITY_SCORE_SCHEMA } from './generated/propensity-score.ts';
import { SEGMENT_MATERIALIZED_SCHEMA } from './generated/segment-materialized.ts';
import { SILVER_ACTIVATION_SCHEMA } from './generated/silver-activation.ts';
import { SILVER_CUSTOMER_SCHEMA } from './generated/silver-customer.ts';
import { SILVER_ORDER_SCHEMA } from './generated/silver-order.ts';

/** Every topic of the customer domain. */
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
  | 'dead-letter-queue';

/**
 * How long a topic keeps its records: `input` follows INPUT_RETENTION (bronze keeps the rest), `compact` keeps
 * the newest record of each key for good, a number is milliseconds.
 */
export type Retention = 'input' | 'compact' | number;

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
  'dead-letter-queue': {
    name: 'dead-letter-queue',
    format: 'avro',
    schema: DEAD_LETTER_SCHEMA,
    key: customerKey,
    partitions: 'default',
    retention: 365 * DAY_MILLISECONDS,
  },
};

/** The three topics the outside world writes to; `source_offsets` of every row refer to them. */
export const INPUT_TOPICS = [
  'dom.customer.profile.upsert.v1',
  'dom.order.placed.v1',
  'dom.activation.delivery.status.v1',
] as const satisfies readonly TopicName[];

/** The registry subject of a topic's value. */
export const subjectOf = (topic: string): string => `${topic}-value`;
