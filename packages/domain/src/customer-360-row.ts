import type { Customer360State } from './customer-360.ts';
import { type DeliveriesByChannel, engagementRate } from './engagement.ts';
import { LIFECYCLE_RULE_VERSION, type LifecycleStage, lifecycleOf } from './lifecycle.ts';
import { averageCents, type Cents } from './money.ts';
import type { SourceOffset } from './source-offsets.ts';

/** Changes whenever the same rows could fold to another customer 360. */
export const CUSTOMER_360_RULE_VERSION = `customer-360-1+${LIFECYCLE_RULE_VERSION}`;

/** A record of `gold.customer_360.v1`; amounts in cents, times in epoch milliseconds. */
export type Customer360Row = {
  readonly customer_id: string;
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  readonly is_active: boolean;
  readonly lifecycle_stage: LifecycleStage;
  readonly lifecycle_reason: string;
  readonly order_count: number;
  readonly lifetime_value: Cents;
  readonly average_order_value: Cents;
  readonly first_order_at: number | null;
  readonly last_order_at: number | null;
  readonly delivered: number;
  readonly failed: number;
  readonly engagement_rate: number;
  readonly by_channel: DeliveriesByChannel;
  readonly created_at: number;
  /** The newest event time that is part of the row. */
  readonly as_of: number;
  readonly source_offsets: readonly SourceOffset[];
  readonly rule_version: string;
};

/**
 * Whether the customer is active: as of its own time an order makes a customer active, whatever becomes of it
 * later, and a later setting by a person stands. Nobody's setting and no order: inactive.
 *
 * What gold reports back to the profile (`stageChange`) carries the order's own time and agrees with this rule,
 * so that the answer is the same before and after the report has come round.
 */
export const isActive = (state: Customer360State): boolean => {
  const setting = state.profile?.is_active ?? null;
  const lastOrderAt = state.all_orders?.last ?? null;
  if (lastOrderAt !== null && (setting === null || lastOrderAt >= setting.updated_at)) return true;
  return setting?.value ?? false;
};

const known = (times: readonly (number | null | undefined)[]): number[] =>
  times.filter((time): time is number => time !== null && time !== undefined);

/** The published record of a customer; null (a tombstone) when nothing is known of it any more. */
export const toCustomer360Row = (
  customer_id: string,
  state: Customer360State,
  source_offsets: readonly SourceOffset[],
): Customer360Row | null => {
  const { profile, all_orders, deliveries, order_count, lifetime_value, delivered, failed } = state;
  if (profile === null && all_orders === null && deliveries === null) return null;
  const { stage, reason } = lifecycleOf(state);
  return {
    customer_id,
    email: profile?.email ?? null,
    first_name: profile?.first_name ?? null,
    last_name: profile?.last_name ?? null,
    phone: profile?.phone ?? null,
    is_active: isActive(state),
    lifecycle_stage: stage,
    lifecycle_reason: reason,
    order_count,
    lifetime_value,
    average_order_value: averageCents(lifetime_value, order_count),
    first_order_at: state.standing_orders?.first ?? null,
    last_order_at: state.standing_orders?.last ?? null,
    delivered,
    failed,
    engagement_rate: engagementRate(delivered, failed),
    by_channel: state.by_channel,
    created_at: Math.min(...known([profile?.created_at, all_orders?.first, deliveries?.first])),
    as_of: Math.max(...known([profile?.updated_at, state.orders_updated_at, deliveries?.last])),
    source_offsets,
    rule_version: CUSTOMER_360_RULE_VERSION,
  };
};
