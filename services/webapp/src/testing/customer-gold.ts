import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { engagementRate } from '@marketing-streams/domain/engagement';
import { lifecycleOf } from '@marketing-streams/domain/lifecycle';
import { averageCents } from '@marketing-streams/domain/money';

/** A moment that tests agree on, epoch milliseconds. */
export const NOON = Date.UTC(2026, 5, 1, 12);

/** A gold record whose computed fields follow from the given ones, as gold and its publisher make it. */
export const customerGold = (
  fields: Partial<CustomerGold> & { readonly customer_id: string },
): CustomerGold => {
  const { order_count = 0, lifetime_value = 0, delivered = 0, failed = 0 } = fields;
  const { stage, reason } = lifecycleOf({ order_count, lifetime_value, delivered, failed });
  return {
    email: `${fields.customer_id}@example.com`,
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: null,
    is_active: order_count > 0,
    lifecycle_stage: stage,
    lifecycle_reason: reason,
    order_count,
    lifetime_value,
    average_order_value: averageCents(lifetime_value, order_count),
    first_order_at: order_count > 0 ? NOON : null,
    last_order_at: order_count > 0 ? NOON : null,
    delivered,
    failed,
    engagement_rate: engagementRate(delivered, failed),
    by_channel: delivered + failed > 0 ? { EMAIL: { delivered, failed } } : {},
    propensity: null,
    segments: [],
    version: 1,
    created_at: NOON,
    as_of: NOON,
    source_offsets: [],
    rule_version: 'lifecycle-1',
    ...fields,
  };
};
