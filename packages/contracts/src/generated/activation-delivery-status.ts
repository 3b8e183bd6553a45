// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { Channel } from './channel.ts';
import type { DeliveryStatus } from './delivery-status.ts';

/** The outcome of one message sent to a customer. */
export type ActivationDeliveryStatus = {
  /** The message, unique within its customer. */
  readonly activation_id: string;
  /** The customer; also the message key. */
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
};

/** The registered schema of ActivationDeliveryStatus: `schemas/dom.activation.delivery.status.v1.avsc` without white space. */
export const ACTIVATION_DELIVERY_STATUS_SCHEMA =
  '{"type":"record","name":"ActivationDeliveryStatus","namespace":"marketing_streams","doc":"The outcome of one message sent to a customer.","fields":[{"name":"activation_id","doc":"The message, unique within its customer.","type":"string"},{"name":"customer_id","doc":"The customer; also the message key.","type":"string"},{"name":"campaign_id","doc":"Campaign the message belongs to, if any.","type":["null","string"],"default":null},{"name":"channel","doc":"Medium of the message.","type":{"type":"enum","name":"Channel","doc":"The medium a message was sent through.","symbols":["EMAIL","SMS","PUSH","IN_APP"]}},{"name":"status","doc":"Whether it arrived.","type":{"type":"enum","name":"DeliveryStatus","doc":"What became of a message.","symbols":["DELIVERED","FAILED"]}},{"name":"failure_reason","doc":"Why it failed; null when it was delivered or nobody knows.","type":["null","string"],"default":null},{"name":"occurred_at","doc":"When the outcome became known.","type":{"type":"long","logicalType":"timestamp-millis"}}]}';
