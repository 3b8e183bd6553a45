import type { Channel, DeliveryStatus } from './engagement.ts';
import type { SourceOffset } from './source-offsets.ts';
import { digestOf, type Standing, stampAt, supersedes } from './standing.ts';

/** A record of `dom.activation.delivery.status.v1`; `occurred_at` in epoch milliseconds. */
export type ActivationEvent = {
  readonly activation_id: string;
  readonly customer_id: string;
  readonly campaign_id: string | null;
  readonly channel: Channel;
  readonly status: DeliveryStatus;
  readonly failure_reason: string | null;
  readonly occurred_at: number;
};

/** A row of `silver.activations.v1`: the newest status of a delivery, and where it came from. */
export type ActivationRow = ActivationEvent & {
  /** One entry: the place of the record that counts. */
  readonly source_offsets: readonly SourceOffset[];
};

/** What has to be kept of a delivery to decide about its next record. */
export const activationStanding = (row: ActivationRow): Standing => ({
  ...stampAt(row.occurred_at, row.source_offsets),
  rank: 0,
  facts: digestOf([row.status, row.channel, row.customer_id, row.campaign_id, row.failure_reason]),
});

/** The row that a record makes, if it counts. */
export const activationRow = (incoming: ActivationEvent, position: SourceOffset): ActivationRow => ({
  activation_id: incoming.activation_id,
  customer_id: incoming.customer_id,
  campaign_id: incoming.campaign_id,
  channel: incoming.channel,
  status: incoming.status,
  failure_reason: incoming.failure_reason,
  occurred_at: incoming.occurred_at,
  source_offsets: [position],
});

/**
 * The delivery after one more record of it: the record with the newest (occurred_at, offset) counts, whole.
 * Gives null when nothing changes: an older record, the same one again, or the same event at another offset.
 */
export const mergeActivation = (
  current: ActivationRow | undefined,
  incoming: ActivationEvent,
  position: SourceOffset,
): ActivationRow | null => {
  const row = activationRow(incoming, position);
  return current === undefined || supersedes(activationStanding(current), activationStanding(row))
    ? row
    : null;
};
