import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { RowKeyParts } from '@marketing-streams/contracts/row-key';
import {
  type ActivationContribution,
  activationContribution,
  type OrderContribution,
  orderContribution,
  profileContribution,
} from '@marketing-streams/domain/contributions';
import {
  applyActivation,
  applyOrder,
  applyProfile,
  type Customer360State,
} from '@marketing-streams/domain/customer-360';
import { isActive, toCustomer360Row } from '@marketing-streams/domain/customer-360-row';
import { stageOf } from '@marketing-streams/domain/lifecycle';
import { type ReportedState, stageChange } from '@marketing-streams/domain/lifecycle-feedback';
import { mergeSourceOffsets } from '@marketing-streams/domain/source-offsets';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import {
  activationContributions,
  orderContributions,
  storeCustomer,
  storedCustomer,
} from './customer-state.ts';
import type { StoredCustomer } from './state-codecs.ts';

/** A row of a silver topic with the ids its key names; null when the row was deleted. */
export type SilverChange<Row> = RowKeyParts & { readonly row: Row | null };

/** What one silver row made of its customer. */
export type Folded = {
  /** The customer 360 as it is now; null when nothing is known of the customer any more. */
  readonly row: () => GoldCustomer360 | null;
  /** What is to be reported to the profile topic, or null. */
  readonly feedback: ProfileUpsert | null;
};

type Cause = OrderContribution | ActivationContribution;

const reported = (fold: Customer360State): ReportedState => ({
  lifecycle_stage: stageOf(fold),
  is_active: isActive(fold),
});

const feedbackOf = (
  customerId: string,
  before: Customer360State | null,
  after: Customer360State,
  cause: Cause | undefined,
): ProfileUpsert | null =>
  cause === undefined
    ? null
    : stageChange(
        before === null ? null : reported(before),
        { customer_id: customerId, ...reported(after) },
        cause,
      );

const foldInto = (
  state: StateView,
  customerId: string,
  sources: readonly SourceOffset[],
  cause: Cause | undefined,
  change: (fold: Customer360State) => Customer360State,
): Folded => {
  const { customer, isNew } = storedCustomer(state, customerId);
  const after: StoredCustomer = {
    fold: change(customer.fold),
    source_offsets: mergeSourceOffsets(customer.source_offsets, sources),
  };
  storeCustomer(state, customerId, after);
  return {
    row: () => toCustomer360Row(customerId, after.fold, after.source_offsets),
    feedback: feedbackOf(customerId, isNew ? null : customer.fold, after.fold, cause),
  };
};

/** A profile row takes the place of the former one. It never reports back: only orders and deliveries do. */
export const foldCustomer = (state: StateView, { customerId, row }: SilverChange<SilverCustomer>): Folded =>
  foldInto(state, customerId, row?.source_offsets ?? [], undefined, (fold) =>
    applyProfile(fold, row === null ? undefined : profileContribution(row)),
  );

/** An order row's contribution takes the place of what the row contributed before. */
export const foldOrder = (state: StateView, change: SilverChange<SilverOrder>): Folded => {
  const { customerId, row } = change;
  const after = row === null ? undefined : orderContribution(row);
  const before = orderContributions.replace(state, change, after);
  return foldInto(state, customerId, row?.source_offsets ?? [], after, (fold) =>
    applyOrder(fold, before, after, () => orderContributions.of(state, customerId)),
  );
};

/** The same for a delivery row. */
export const foldActivation = (state: StateView, change: SilverChange<SilverActivation>): Folded => {
  const { customerId, row } = change;
  const after = row === null ? undefined : activationContribution(row);
  const before = activationContributions.replace(state, change, after);
  return foldInto(state, customerId, row?.source_offsets ?? [], after, (fold) =>
    applyActivation(fold, before, after, () => activationContributions.of(state, customerId)),
  );
};
