import type { Cents } from './money.ts';
import type { SourceOffset } from './source-offsets.ts';
import { digestOf, type Standing, stampAt, supersedes } from './standing.ts';

/** What can become of an order. */
export const ORDER_STATUSES = ['PLACED', 'CANCELLED', 'REFUNDED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export type OrderItem = {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly quantity: number;
  readonly unit_price: Cents;
};

/** A record of `dom.order.placed.v1`; amounts in cents, times in epoch milliseconds. */
export type OrderEvent = {
  readonly order_id: string;
  readonly customer_id: string;
  readonly status: OrderStatus;
  readonly total_amount: Cents;
  readonly currency: string;
  readonly items: readonly OrderItem[];
  readonly placed_at: number;
  /** When this status came about; null stands for `placed_at`. */
  readonly updated_at: number | null;
};

/** A row of `silver.orders.v1`: the record that counts, and where it came from. */
export type OrderRow = Omit<OrderEvent, 'updated_at'> & {
  readonly updated_at: number;
  /** One entry: the place of the record that counts. */
  readonly source_offsets: readonly SourceOffset[];
};

/**
 * A higher rank absorbs a lower one whatever its time: money that went back does not come again with a late or
 * replayed PLACED. REFUNDED stands above CANCELLED because a refund may follow a cancellation, never the other
 * way round; to lifetime value both mean the same.
 */
const STATUS_RANK: Readonly<Record<OrderStatus, number>> = { PLACED: 0, CANCELLED: 1, REFUNDED: 2 };

/** True when the order counts towards order count and lifetime value. */
export const orderStands = (order: { readonly status: OrderStatus }): boolean => order.status === 'PLACED';

/** What has to be kept of an order to decide about its next record. */
export const orderStanding = (row: OrderRow): Standing => {
  const facts: (string | number)[] = [row.total_amount, row.currency, row.placed_at, row.customer_id];
  for (const { sku, name, category, quantity, unit_price } of row.items)
    facts.push(sku, name, category, quantity, unit_price);
  return {
    ...stampAt(row.updated_at, row.source_offsets),
    rank: STATUS_RANK[row.status],
    facts: digestOf(facts),
  };
};

/** The row that a record makes, if it counts. */
export const orderRow = (incoming: OrderEvent, position: SourceOffset): OrderRow => ({
  order_id: incoming.order_id,
  customer_id: incoming.customer_id,
  status: incoming.status,
  total_amount: incoming.total_amount,
  currency: incoming.currency,
  items: incoming.items,
  placed_at: incoming.placed_at,
  updated_at: incoming.updated_at ?? incoming.placed_at,
  source_offsets: [position],
});

/**
 * The order after one more record of it: the record with the highest (status rank, updated_at, offset) counts,
 * whole; nothing of the others is mixed in. Gives null when nothing changes: an older or outranked record, the
 * same record again, or the same event produced again at another offset.
 */
export const mergeOrder = (
  current: OrderRow | undefined,
  incoming: OrderEvent,
  position: SourceOffset,
): OrderRow | null => {
  const row = orderRow(incoming, position);
  return current === undefined || supersedes(orderStanding(current), orderStanding(row)) ? row : null;
};
