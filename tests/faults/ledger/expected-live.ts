import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { KafkaRecord } from '@marketing-streams/contracts/record';

/** An event of an input topic, and the record that carried it. */
type LiveEvent = {
  readonly record: Pick<KafkaRecord, 'topic' | 'partition' | 'offset' | 'timestamp'>;
  readonly event: ProfileUpsert | OrderPlaced | ActivationDeliveryStatus;
};

/** What the live aggregation has to say of a customer; amounts in cents, times in epoch milliseconds. */
type ExpectedLive = {
  readonly consolidated: object;
  readonly segments: { readonly segments: readonly string[]; readonly evaluated_at: number };
};

type Sent = LiveEvent & {
  /** Newest time in the record's partition up to it. */
  readonly time: number;
};

/**
 * The books of what the live aggregation has to come to, from the input topics alone: it takes the last word where
 * the ledger goes by the events' own times, counts what silver refuses, and leaves out what gold reports.
 */
export type LiveLedger = {
  /** Takes down a record; those of a partition in their order. */
  readonly add: (event: LiveEvent) => void;
  readonly expected: () => ReadonlyMap<string, ExpectedLive>;
};

const stageOf = (count: number, value: number, delivered: number, failed: number): string => {
  const rate = delivered + failed === 0 ? 0 : delivered / (delivered + failed);
  if (value > 500_000) return rate >= 0.7 ? 'evangelist' : 'high-value';
  if (count === 0) return 'prospect';
  return rate > 0.5 ? 'engaged' : 'customer';
};

/** The shipped segments, and that of config/segments.yaml. */
const segmentsOf = (
  count: number,
  value: number,
  delivered: number,
  failed: number,
  isActive: boolean,
): readonly string[] => {
  const messages = delivered + failed;
  const segments: string[] = [];
  if (messages >= 3 && delivered / messages > 0.5) segments.push('engaged');
  if (count === 1) segments.push('first-time-buyers');
  if (messages >= 3 && delivered / messages < 0.3) segments.push('hard-to-reach');
  if (value > 500_000) segments.push('high-value');
  if (count >= 5) segments.push('loyal');
  if (count === 0 && messages === 0) segments.push('new-prospects');
  if (!isActive && count > 0) segments.push('win-back');
  return segments;
};

const RANKS = ['PLACED', 'CANCELLED', 'REFUNDED'];

const balanceOf = (sent: readonly Sent[]): ExpectedLive => {
  const inOrder = sent.toSorted(
    (a, b) => a.time - b.time || a.record.offset - b.record.offset || a.record.partition - b.record.partition,
  );
  const fields = new Map<string, unknown>();
  let setting: { readonly value: boolean; readonly at: number } | undefined;
  let lastOrder = -Infinity;
  const orders = new Map<string, { amount: number; rank: number }>();
  const deliveries = new Map<string, string>();
  for (const { event } of inOrder) {
    if ('order_id' in event) {
      const rank = Math.max(orders.get(event.order_id)?.rank ?? 0, RANKS.indexOf(event.status));
      orders.set(event.order_id, { amount: event.total_amount, rank });
      lastOrder = Math.max(lastOrder, event.placed_at);
    } else if ('activation_id' in event) deliveries.set(event.activation_id, event.status);
    else {
      for (const field of ['email', 'first_name', 'last_name', 'phone'] as const)
        if (event[field] !== null) fields.set(field, event[field]);
      if (event.is_active !== null) setting = { value: event.is_active, at: event.updated_at };
    }
  }
  const standing = [...orders.values()].filter(({ rank }) => rank === 0);
  const value = standing.reduce((sum, { amount }) => sum + amount, 0);
  const delivered = [...deliveries.values()].filter((status) => status === 'DELIVERED').length;
  const failed = deliveries.size - delivered;
  const isActive =
    orders.size > 0 && lastOrder >= (setting?.at ?? -Infinity) ? true : (setting?.value ?? false);
  return {
    consolidated: {
      email: fields.get('email') ?? null,
      first_name: fields.get('first_name') ?? null,
      last_name: fields.get('last_name') ?? null,
      phone: fields.get('phone') ?? null,
      is_active: isActive,
      lifecycle_stage: stageOf(standing.length, value, delivered, failed),
      order_count: standing.length,
      lifetime_value: value,
      delivered,
      failed,
    },
    segments: {
      segments: segmentsOf(standing.length, value, delivered, failed, isActive),
      evaluated_at: Math.max(...sent.map(({ record }) => record.timestamp)),
    },
  };
};

/** Empty books. */
export const createLiveLedger = (): LiveLedger => {
  const clocks = new Map<string, number>();
  const accounts = new Map<string, Sent[]>();
  return {
    add: ({ record, event }) => {
      if ('source' in event && event.source === 'lifecycle') return;
      const place = `${record.topic}/${record.partition}`;
      const time = Math.max(clocks.get(place) ?? 0, record.timestamp);
      clocks.set(place, time);
      const account = accounts.get(event.customer_id);
      if (account === undefined) accounts.set(event.customer_id, [{ record, event, time }]);
      else account.push({ record, event, time });
    },
    expected: () => new Map([...accounts].map(([id, sent]) => [id, balanceOf(sent)])),
  };
};
