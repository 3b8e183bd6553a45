// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { SourceOffset } from '../record.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { Channel } from './channel.ts';
import type { DeliveryStatus } from './delivery-status.ts';

/** The one valid outcome of a message. */
export type SilverActivation = {
  /** The message, unique within its customer. */
  readonly activation_id: string;
  /** The customer the row belongs to. */
  readonly customer_id: string;
  /** Campaign the message belongs to, if any. */
  readonly campaign_id: string | null;
  /** Medium of the message. */
  readonly channel: Channel;
  /** Whether it arrived. */
  readonly status: DeliveryStatus;
  /** Why it failed; null when it was delivered or nobody knows. */
  readonly failure_reason: string | null;
  /** When the outcome became known. */
  readonly occurred_at: EpochMilliseconds;
  /** The one delivery event this outcome comes from. */
  readonly source_offsets: readonly SourceOffset[];
};

/** The registered schema of SilverActivation: `schemas/silver.activations.v1.avsc` without white space. */
export const SILVER_ACTIVATION_SCHEMA =
  '{"type":"record","name":"SilverActivation","namespace":"marketing_streams","doc":"The one valid outcome of a message.","fields":[{"name":"activation_id","doc":"The message, unique within its customer.","type":"string"},{"name":"customer_id","doc":"The customer the row belongs to.","type":"string"},{"name":"campaign_id","doc":"Campaign the message belongs to, if any.","type":["null","string"],"default":null},{"name":"channel","doc":"Medium of the message.","type":{"type":"enum","name":"Channel","doc":"The medium a message was sent through.","symbols":["EMAIL","SMS","PUSH","IN_APP"]}},{"name":"status","doc":"Whether it arrived.","type":{"type":"enum","name":"DeliveryStatus","doc":"What became of a message.","symbols":["DELIVERED","FAILED"]}},{"name":"failure_reason","doc":"Why it failed; null when it was delivered or nobody knows.","type":["null","string"],"default":null},{"name":"occurred_at","doc":"When the outcome became known.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"source_offsets","doc":"The one delivery event this outcome comes from.","type":{"type":"array","items":{"type":"record","name":"SourceOffset","doc":"The place a fact comes from: the newest offset of a partition of an input topic that is part of the row.","fields":[{"name":"topic","doc":"Name of the input topic.","type":"string"},{"name":"partition","doc":"Partition of that topic.","type":"int"},{"name":"offset","doc":"Offset within the partition.","type":"long"}]}}}]}';
