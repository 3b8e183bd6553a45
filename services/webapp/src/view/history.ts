import type { ActivationRow } from '@marketing-streams/domain/activation';
import type { OrderRow } from '@marketing-streams/domain/order';
import type { ProfilePatch } from '@marketing-streams/domain/profile';

/** One thing that happened to a customer: what the customer page's orders and timeline are made of. */
export type HistoryEntry =
  | { readonly kind: 'order'; readonly row: OrderRow }
  | { readonly kind: 'delivery'; readonly row: ActivationRow }
  | { readonly kind: 'profile'; readonly patch: ProfilePatch };

/** The key of an order's entry; a newer state of the order replaces the older. */
export const orderEntryKey = (order_id: string): string => `order:${order_id}`;

/** The key of a delivery's entry. */
export const deliveryEntryKey = (activation_id: string): string => `delivery:${activation_id}`;

/** The key of a profile change's entry: each is one of its own, named by its place in the topic. */
export const profileEntryKey = (partition: number, offset: number): string =>
  `profile:${partition}:${offset}`;

/** When the entry happened, epoch milliseconds: its place on the timeline. */
export const timeOf = (entry: HistoryEntry): number => {
  if (entry.kind === 'order') return entry.row.placed_at;
  if (entry.kind === 'delivery') return entry.row.occurred_at;
  return entry.patch.updated_at;
};
