import type { ActivationContribution, OrderContribution } from './contributions.ts';
import type { Customer360Row } from './customer-360-row.ts';
import type { ProfilePatch } from './profile.ts';

/** The `source` of a profile upsert that gold publishes. */
export const LIFECYCLE_SOURCE = 'lifecycle';

/** The part of a customer 360 whose change is reported back. */
export type ReportedState = Pick<Customer360Row, 'lifecycle_stage' | 'is_active'>;

/** How every customer begins. */
const NEW_CUSTOMER: ReportedState = { lifecycle_stage: 'prospect', is_active: false };

/**
 * What an order or a delivery changed in stage and activity, as a profile upsert that carries only the changed
 * fields; null when neither changed. `before` is null for a customer that did not exist.
 *
 * Its `updated_at` is the time of the cause, so that precedence never lets it overwrite a newer edit: an order's
 * `placed_at` when it makes the customer active, else its `updated_at` (a cancellation changes the stage when it
 * happens); a delivery's `occurred_at`. A customer is never reported inactive: only people deactivate.
 */
export const stageChange = (
  before: ReportedState | null,
  after: ReportedState & { readonly customer_id: string },
  cause: OrderContribution | ActivationContribution,
): ProfilePatch | null => {
  const was = before ?? NEW_CUSTOMER;
  const stageChanged = was.lifecycle_stage !== after.lifecycle_stage;
  const becameActive = after.is_active && !was.is_active;
  if (!stageChanged && !becameActive) return null;
  const causedAt =
    'occurred_at' in cause ? cause.occurred_at : becameActive ? cause.placed_at : cause.updated_at;
  return {
    customer_id: after.customer_id,
    email: null,
    first_name: null,
    last_name: null,
    phone: null,
    is_active: becameActive ? true : null,
    lifecycle_stage: stageChanged ? after.lifecycle_stage : null,
    source: LIFECYCLE_SOURCE,
    updated_at: causedAt,
  };
};
