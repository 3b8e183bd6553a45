import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { hasReached } from '@marketing-streams/contracts/source-offsets';
import type { Channel, DeliveryStatus } from '@marketing-streams/domain/engagement';
import { addDelivery, engagementRate } from '@marketing-streams/domain/engagement';
import { LIFECYCLE_RULE_VERSION, lifecycleOf } from '@marketing-streams/domain/lifecycle';
import { averageCents } from '@marketing-streams/domain/money';
import { type OrderRow, orderStands } from '@marketing-streams/domain/order';
import type { ProfilePatch } from '@marketing-streams/domain/profile';
import type { SourceOffset } from '@marketing-streams/domain/source-offsets';

/** What an action will do to the customer, by the rules that gold applies too. */
export type OverlayEffect =
  | { readonly kind: 'profile'; readonly patch: ProfilePatch }
  | {
      readonly kind: 'order';
      /** The order as it was known when the action was taken; null when it is new. */
      readonly before: OrderRow | null;
      readonly after: OrderRow;
    }
  | {
      readonly kind: 'engagement';
      readonly channel: Channel;
      readonly status: DeliveryStatus;
      readonly occurred_at: number;
    };

/** An action that Kafka has confirmed and whose gold record is on its way. */
export type Overlay = {
  readonly action_id: string;
  readonly customer_id: string;
  /** What was done, in words for people, e.g. "Order of $12.00". */
  readonly label: string;
  /** Where the action's record lies. */
  readonly position: SourceOffset;
  /** When Kafka confirmed it, epoch milliseconds. */
  readonly taken_at: number;
  /** From this moment on it is overdue: no longer shown as if done, but as a warning. Epoch milliseconds. */
  readonly deadline: number;
  readonly effect: OverlayEffect;
};

/** A customer as a person should see it now: the gold record with the actions on top that it does not hold yet. */
export type OverlaidCustomer = {
  /** Null when neither a gold record nor a pending action says that the customer exists. */
  readonly customer: CustomerGold | null;
  /** Actions shown as if done. */
  readonly pending: readonly Overlay[];
  /** Actions whose gold record has not come in time. */
  readonly overdue: readonly Overlay[];
};

const withLifecycle = (customer: CustomerGold): CustomerGold => {
  const { stage, reason } = lifecycleOf(customer);
  return { ...customer, lifecycle_stage: stage, lifecycle_reason: reason };
};

const unknownCustomer = (customer_id: string, at: number): CustomerGold =>
  withLifecycle({
    customer_id,
    email: null,
    first_name: null,
    last_name: null,
    phone: null,
    is_active: false,
    lifecycle_stage: 'prospect',
    lifecycle_reason: '',
    order_count: 0,
    lifetime_value: 0,
    average_order_value: 0,
    first_order_at: null,
    last_order_at: null,
    delivered: 0,
    failed: 0,
    engagement_rate: 0,
    by_channel: {},
    propensity: null,
    segments: [],
    version: 0,
    created_at: at,
    as_of: at,
    source_offsets: [],
    rule_version: LIFECYCLE_RULE_VERSION,
  });

const withProfile = (customer: CustomerGold, patch: ProfilePatch): CustomerGold => ({
  ...customer,
  email: patch.email ?? customer.email,
  first_name: patch.first_name ?? customer.first_name,
  last_name: patch.last_name ?? customer.last_name,
  phone: patch.phone ?? customer.phone,
  is_active: patch.is_active ?? customer.is_active,
  as_of: Math.max(customer.as_of, patch.updated_at),
});

const withOrder = (customer: CustomerGold, before: OrderRow | null, after: OrderRow): CustomerGold => {
  const removes = before !== null && orderStands(before);
  const adds = orderStands(after);
  const order_count = Math.max(0, customer.order_count + Number(adds) - Number(removes));
  const lifetime_value = Math.max(
    0,
    customer.lifetime_value + (adds ? after.total_amount : 0) - (removes ? before.total_amount : 0),
  );
  return withLifecycle({
    ...customer,
    order_count,
    lifetime_value,
    average_order_value: averageCents(lifetime_value, order_count),
    is_active: customer.is_active || adds,
    first_order_at: adds
      ? Math.min(customer.first_order_at ?? Infinity, after.placed_at)
      : customer.first_order_at,
    last_order_at: adds ? Math.max(customer.last_order_at ?? 0, after.placed_at) : customer.last_order_at,
    as_of: Math.max(customer.as_of, after.updated_at),
  });
};

const withDelivery = (
  customer: CustomerGold,
  effect: Extract<OverlayEffect, { kind: 'engagement' }>,
): CustomerGold => {
  const delivered = customer.delivered + Number(effect.status === 'DELIVERED');
  const failed = customer.failed + Number(effect.status === 'FAILED');
  return withLifecycle({
    ...customer,
    delivered,
    failed,
    engagement_rate: engagementRate(delivered, failed),
    by_channel: addDelivery(customer.by_channel, effect.channel, effect.status),
    as_of: Math.max(customer.as_of, effect.occurred_at),
  });
};

const applyEffect = (customer: CustomerGold, effect: OverlayEffect): CustomerGold => {
  if (effect.kind === 'profile') return withProfile(customer, effect.patch);
  if (effect.kind === 'order') return withOrder(customer, effect.before, effect.after);
  return withDelivery(customer, effect);
};

/**
 * Lays the actions of one customer over its gold record. An action that the record covers changes nothing; one
 * past its deadline stays out and is listed as overdue. `version` stays the gold record's, 0 without one.
 */
export const overlayCustomer = (
  gold: CustomerGold | null,
  overlays: readonly Overlay[],
  now: number,
): OverlaidCustomer => {
  const pending: Overlay[] = [];
  const overdue: Overlay[] = [];
  let customer = gold;
  for (const overlay of overlays) {
    if (gold !== null && hasReached(gold.source_offsets, overlay.position)) continue;
    if (now >= overlay.deadline) {
      overdue.push(overlay);
      continue;
    }
    pending.push(overlay);
    customer = applyEffect(
      customer ?? unknownCustomer(overlay.customer_id, overlay.taken_at),
      overlay.effect,
    );
  }
  return { customer, pending, overdue };
};

/** A customer with one more action on top, confirmed a moment ago. */
export const withAction = (before: OverlaidCustomer, overlay: Overlay): OverlaidCustomer => ({
  ...before,
  customer: applyEffect(
    before.customer ?? unknownCustomer(overlay.customer_id, overlay.taken_at),
    overlay.effect,
  ),
  pending: [...before.pending, overlay],
});
