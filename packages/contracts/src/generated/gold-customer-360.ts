// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { SourceOffset } from '../record.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { ChannelCounts } from './channel-counts.ts';
import type { LifecycleStage } from './lifecycle-stage.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** All that is known and computed about a customer. Fields nobody has sent yet are null: an order may come before its profile. */
export type GoldCustomer360 = {
  /** The customer; also the message key. */
  readonly customer_id: string;
  /** E-mail address. */
  readonly email: string | null;
  /** Given name. */
  readonly first_name: string | null;
  /** Family name. */
  readonly last_name: string | null;
  /** Phone number as given. */
  readonly phone: string | null;
  /** Whether the customer takes part: the newer of the last explicit setting and the last order, which activates. */
  readonly is_active: boolean;
  /** Stage computed by the lifecycle rule; the first rule that matches wins. */
  readonly lifecycle_stage: LifecycleStage;
  /** Why this stage, in words, with the numbers that decided. */
  readonly lifecycle_reason: string;
  /** Orders that are neither cancelled nor refunded. */
  readonly order_count: number;
  /** Sum of those orders in the reporting currency. */
  readonly lifetime_value: Cents;
  /** lifetime_value / order_count rounded to the cent, 0 without orders. */
  readonly average_order_value: Cents;
  /** When the first of those orders was placed. */
  readonly first_order_at: EpochMilliseconds | null;
  /** When the last of those orders was placed. */
  readonly last_order_at: EpochMilliseconds | null;
  /** Messages delivered. */
  readonly delivered: number;
  /** Messages that failed. */
  readonly failed: number;
  /** delivered / (delivered + failed), from 0 to 1, 0 without messages. */
  readonly engagement_rate: number;
  /** Deliveries per channel; channels without messages are absent. */
  readonly by_channel: Readonly<Record<string, ChannelCounts>>;
  /** Earliest event time known of the customer. */
  readonly created_at: EpochMilliseconds;
  /** Newest event time that is part of the row. */
  readonly as_of: EpochMilliseconds;
  /** Newest input offsets that are part of the row, one per topic and partition. */
  readonly source_offsets: readonly SourceOffset[];
  /** Version of the business rules that computed the row. */
  readonly rule_version: string;
};

/** The registered schema of GoldCustomer360: `schemas/gold.customer_360.v1.avsc` without white space. */
export const GOLD_CUSTOMER_360_SCHEMA =
  '{"type":"record","name":"GoldCustomer360","namespace":"marketing_streams","doc":"All that is known and computed about a customer. Fields nobody has sent yet are null: an order may come before its profile.","fields":[{"name":"customer_id","doc":"The customer; also the message key.","type":"string"},{"name":"email","doc":"E-mail address.","type":["null","string"],"default":null},{"name":"first_name","doc":"Given name.","type":["null","string"],"default":null},{"name":"last_name","doc":"Family name.","type":["null","string"],"default":null},{"name":"phone","doc":"Phone number as given.","type":["null","string"],"default":null},{"name":"is_active","doc":"Whether the customer takes part: the newer of the last explicit setting and the last order, which activates.","type":"boolean"},{"name":"lifecycle_stage","doc":"Stage computed by the lifecycle rule; the first rule that matches wins.","type":{"type":"string","logicalType":"one-of","type_name":"LifecycleStage","doc":"How far a customer has come, computed from orders and engagement.","values":["prospect","customer","engaged","high-value","evangelist"]}},{"name":"lifecycle_reason","doc":"Why this stage, in words, with the numbers that decided.","type":"string"},{"name":"order_count","doc":"Orders that are neither cancelled nor refunded.","type":"int"},{"name":"lifetime_value","doc":"Sum of those orders in the reporting currency.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}},{"name":"average_order_value","doc":"lifetime_value / order_count rounded to the cent, 0 without orders.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}},{"name":"first_order_at","doc":"When the first of those orders was placed.","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null},{"name":"last_order_at","doc":"When the last of those orders was placed.","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null},{"name":"delivered","doc":"Messages delivered.","type":"int"},{"name":"failed","doc":"Messages that failed.","type":"int"},{"name":"engagement_rate","doc":"delivered / (delivered + failed), from 0 to 1, 0 without messages.","type":"double"},{"name":"by_channel","doc":"Deliveries per channel; channels without messages are absent.","type":{"type":"map","values":{"type":"record","name":"ChannelCounts","doc":"Deliveries of one channel.","fields":[{"name":"delivered","doc":"Messages delivered.","type":"int"},{"name":"failed","doc":"Messages that failed.","type":"int"}]}}},{"name":"created_at","doc":"Earliest event time known of the customer.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"as_of","doc":"Newest event time that is part of the row.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"source_offsets","doc":"Newest input offsets that are part of the row, one per topic and partition.","type":{"type":"array","items":{"type":"record","name":"SourceOffset","doc":"The place a fact comes from: the newest offset of a partition of an input topic that is part of the row.","fields":[{"name":"topic","doc":"Name of the input topic.","type":"string"},{"name":"partition","doc":"Partition of that topic.","type":"int"},{"name":"offset","doc":"Offset within the partition.","type":"long"}]}}},{"name":"rule_version","doc":"Version of the business rules that computed the row.","type":"string"}]}';
