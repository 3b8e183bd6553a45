import { numberFromCents } from '@marketing-streams/domain/money';
import type { OrderRow } from '@marketing-streams/domain/order';
import { type HistoryEntry, timeOf } from '../view/history.ts';
import { iso } from './format.ts';

/** An order as the REST API gives it: times as ISO 8601, money in currency units. */
export const orderJson = (row: OrderRow) => ({
  order_id: row.order_id,
  status: row.status,
  total_amount: numberFromCents(row.total_amount),
  currency: row.currency,
  items: row.items.map((item) => ({ ...item, unit_price: numberFromCents(item.unit_price) })),
  placed_at: iso(row.placed_at),
  updated_at: iso(row.updated_at),
});

/** An entry of the timeline as the REST API gives it; `type` tells its shape. */
export const historyJson = (entry: HistoryEntry) => {
  const at = iso(timeOf(entry));
  if (entry.kind === 'order') return { type: 'order', at, ...orderJson(entry.row) };
  if (entry.kind === 'delivery') {
    const { activation_id, channel, status, campaign_id, failure_reason } = entry.row;
    return { type: 'delivery', at, activation_id, channel, status, campaign_id, failure_reason };
  }
  const { customer_id: _customer, source, updated_at: _time, ...fields } = entry.patch;
  const changes = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return { type: 'profile', at, source, changes };
};
