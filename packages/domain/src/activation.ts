import type { Channel, DeliveryStatus } from './engagement.ts';
import { compareStamps, type SourceOffset, type Stamp } from './source-offsets.ts';

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

const sameFacts = (a: ActivationEvent, b: ActivationEvent): boolean =>
  a.occurred_at === b.occurred_at &&
  a.status === b.status &&
  a.channel === b.channel &&
  a.customer_id === b.customer_id &&
  a.campaign_id === b.campaign_id &&
  a.failure_reason === b.failure_reason;

const stampOf = (row: ActivationRow): Stamp => ({
  time: row.occurred_at,
  offset: row.source_offsets[0]?.offset ?? -1,
  partition: row.source_offsets[0]?.partition ?? -1,
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
  const row: ActivationRow = {
    activation_id: incoming.activation_id,
    customer_id: incoming.customer_id,
    campaign_id: incoming.campaign_id,
    channel: incoming.channel,
    status: incoming.status,
    failure_reason: incoming.failure_reason,
    occurred_at: incoming.occurred_at,
    source_offsets: [position],
  };
  if (current === undefined) return row;
  return compareStamps(stampOf(row), stampOf(current)) > 0 && !sameFacts(row, current) ? row : null;
};
