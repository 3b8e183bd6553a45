// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { SourceOffset } from '../record.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { ChannelCounts } from './channel-counts.ts';
import type { CustomerPropensity } from './customer-propensity.ts';
import type { LifecycleStage } from './lifecycle-stage.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** The published record of a customer: 360, propensity and segments in one. Its version only ever grows. */
export type CustomerGold = {
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
  /** How far a customer has come, computed from orders and engagement. */
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
  /** The newest score; null until there is one. */
  readonly propensity: CustomerPropensity | null;
  /** Names of the segments the customer is in, in alphabetical order. */
  readonly segments: readonly string[];
  /** Since when the customer is in each of those segments, by name; absent in records that older versions wrote. */
  readonly segment_since?: Readonly<Record<string, EpochMilliseconds>> | undefined;
  /** Grows with each published record of the customer; a reader keeps the largest. */
  readonly version: number;
  /** Earliest event time known of the customer. */
  readonly created_at: EpochMilliseconds;
  /** Newest event time that is part of the record. */
  readonly as_of: EpochMilliseconds;
  /** Newest input offsets that are part of the record, one per topic and partition. */
  readonly source_offsets: readonly SourceOffset[];
  /** Version of the business rules that computed the record. */
  readonly rule_version: string;
};

/** The registered schema of CustomerGold: `schemas/dom.customer.gold.v1.schema.json` without white space. */
export const CUSTOMER_GOLD_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:dom.customer.gold.v1","title":"CustomerGold","description":"The published record of a customer: 360, propensity and segments in one. Its version only ever grows.","type":"object","properties":{"customer_id":{"description":"The customer; also the message key.","type":"string"},"email":{"description":"E-mail address.","type":["string","null"]},"first_name":{"description":"Given name.","type":["string","null"]},"last_name":{"description":"Family name.","type":["string","null"]},"phone":{"description":"Phone number as given.","type":["string","null"]},"is_active":{"description":"Whether the customer takes part: the newer of the last explicit setting and the last order, which activates.","type":"boolean"},"lifecycle_stage":{"title":"LifecycleStage","description":"How far a customer has come, computed from orders and engagement.","type":"string","enum":["prospect","customer","engaged","high-value","evangelist"]},"lifecycle_reason":{"description":"Why this stage, in words, with the numbers that decided.","type":"string"},"order_count":{"description":"Orders that are neither cancelled nor refunded.","type":"integer","minimum":0},"lifetime_value":{"description":"Sum of those orders in the reporting currency.","type":"number","format":"decimal-18-2"},"average_order_value":{"description":"lifetime_value / order_count rounded to the cent, 0 without orders.","type":"number","format":"decimal-18-2"},"first_order_at":{"description":"When the first of those orders was placed.","type":["integer","null"],"format":"timestamp-millis"},"last_order_at":{"description":"When the last of those orders was placed.","type":["integer","null"],"format":"timestamp-millis"},"delivered":{"description":"Messages delivered.","type":"integer","minimum":0},"failed":{"description":"Messages that failed.","type":"integer","minimum":0},"engagement_rate":{"description":"delivered / (delivered + failed), from 0 to 1, 0 without messages.","type":"number","minimum":0,"maximum":1},"by_channel":{"description":"Deliveries per channel; channels without messages are absent.","type":"object","additionalProperties":{"title":"ChannelCounts","description":"Deliveries of one channel.","type":"object","properties":{"delivered":{"description":"Messages delivered.","type":"integer","minimum":0},"failed":{"description":"Messages that failed.","type":"integer","minimum":0}},"required":["delivered","failed"],"additionalProperties":false}},"propensity":{"description":"The newest score; null until there is one.","anyOf":[{"type":"null"},{"title":"CustomerPropensity","description":"A propensity score as part of the published record.","type":"object","properties":{"score":{"description":"Probability of another order within 30 days, from 0 to 1.","type":"number","minimum":0,"maximum":1},"model_version":{"description":"Version of the model that scored.","type":"string"},"factors":{"description":"What the score is made of.","type":"array","items":{"title":"PropensityFactor","description":"One input of a propensity score and what it did to it.","type":"object","properties":{"name":{"description":"Name of the input.","type":"string"},"value":{"description":"Its value for this customer.","type":"number"},"contribution":{"description":"What it adds to the log-odds of the score.","type":"number"}},"required":["name","value","contribution"],"additionalProperties":false}},"scored_at":{"description":"Time the score holds for.","type":"integer","format":"timestamp-millis"}},"required":["score","model_version","factors","scored_at"],"additionalProperties":false}]},"segments":{"description":"Names of the segments the customer is in, in alphabetical order.","type":"array","items":{"type":"string"}},"segment_since":{"description":"Since when the customer is in each of those segments, by name; absent in records that older versions wrote.","type":"object","additionalProperties":{"type":"integer","format":"timestamp-millis"}},"version":{"description":"Grows with each published record of the customer; a reader keeps the largest.","type":"integer","minimum":1},"created_at":{"description":"Earliest event time known of the customer.","type":"integer","format":"timestamp-millis"},"as_of":{"description":"Newest event time that is part of the record.","type":"integer","format":"timestamp-millis"},"source_offsets":{"description":"Newest input offsets that are part of the record, one per topic and partition.","type":"array","items":{"title":"SourceOffset","description":"The place a fact comes from: the newest offset of a partition of an input topic that is part of the row.","type":"object","properties":{"topic":{"description":"Name of the input topic.","type":"string"},"partition":{"description":"Partition of that topic.","type":"integer","minimum":0},"offset":{"description":"Offset within the partition.","type":"integer","minimum":0}},"required":["topic","partition","offset"],"additionalProperties":false}},"rule_version":{"description":"Version of the business rules that computed the record.","type":"string"}},"required":["customer_id","email","first_name","last_name","phone","is_active","lifecycle_stage","lifecycle_reason","order_count","lifetime_value","average_order_value","first_order_at","last_order_at","delivered","failed","engagement_rate","by_channel","propensity","segments","version","created_at","as_of","source_offsets","rule_version"],"additionalProperties":false}';
