import { numberFromCents } from '@marketing-streams/domain/money';
import type { OverlaidCustomer, Overlay } from '../view/overlay.ts';
import { iso } from './format.ts';

const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time));

const actionJson = ({ action_id, label, position, taken_at, deadline }: Overlay) => ({
  action_id,
  label,
  ...position,
  taken_at: iso(taken_at),
  deadline: iso(deadline),
});

/**
 * A customer as the REST API gives it: fields named as in the gold record, times as ISO 8601, money in currency
 * units. `pending` says that actions are shown whose gold record is under way; `warnings` lists those whose
 * record has not come in time and which are therefore not part of the figures. Null when nobody is there.
 */
export const customerJson = ({ customer, pending, overdue }: OverlaidCustomer) =>
  customer === null
    ? null
    : {
        customer_id: customer.customer_id,
        first_name: customer.first_name,
        last_name: customer.last_name,
        email: customer.email,
        phone: customer.phone,
        is_active: customer.is_active,
        lifecycle_stage: customer.lifecycle_stage,
        lifecycle_reason: customer.lifecycle_reason,
        order_count: customer.order_count,
        lifetime_value: numberFromCents(customer.lifetime_value),
        average_order_value: numberFromCents(customer.average_order_value),
        first_order_at: isoOrNull(customer.first_order_at),
        last_order_at: isoOrNull(customer.last_order_at),
        delivered: customer.delivered,
        failed: customer.failed,
        engagement_rate: customer.engagement_rate,
        by_channel: customer.by_channel,
        propensity:
          customer.propensity === null
            ? null
            : { ...customer.propensity, scored_at: iso(customer.propensity.scored_at) },
        segments: customer.segments,
        version: customer.version,
        created_at: iso(customer.created_at),
        as_of: iso(customer.as_of),
        rule_version: customer.rule_version,
        pending: pending.length > 0,
        pending_actions: pending.map(actionJson),
        warnings: overdue.map((overlay) => ({
          ...actionJson(overlay),
          message: `${overlay.label}: confirmed by Kafka, but not part of the customer in time`,
        })),
      };
