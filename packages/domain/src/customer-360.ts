import type { ActivationContribution, OrderContribution, ProfileContribution } from './contributions.ts';
import { addDelivery, type DeliveriesByChannel, removeDelivery } from './engagement.ts';
import type { Cents } from './money.ts';
import { latestAfter, spanAfter, type TimeSpan } from './time-span.ts';

/** A customer as the sum of what its rows contribute: plain data, a function of the rows and not of their order. */
export type Customer360State = {
  readonly profile: ProfileContribution | null;
  /** Orders that stand. */
  readonly order_count: number;
  readonly lifetime_value: Cents;
  /** `placed_at` of the orders that stand. */
  readonly standing_orders: TimeSpan | null;
  /** `placed_at` of all orders, whatever became of them. */
  readonly all_orders: TimeSpan | null;
  /** Largest `updated_at` of all orders. */
  readonly orders_updated_at: number | null;
  readonly delivered: number;
  readonly failed: number;
  readonly by_channel: DeliveriesByChannel;
  /** `occurred_at` of all deliveries. */
  readonly deliveries: TimeSpan | null;
};

/** A customer of whom nothing is known. */
export const EMPTY_CUSTOMER_360: Customer360State = {
  profile: null,
  order_count: 0,
  lifetime_value: 0,
  standing_orders: null,
  all_orders: null,
  orders_updated_at: null,
  delivered: 0,
  failed: 0,
  by_channel: {},
  deliveries: null,
};

/** The state with this profile row in place of the former one; undefined when the row was deleted. */
export const applyProfile = (
  state: Customer360State,
  after: ProfileContribution | undefined,
): Customer360State => ({ ...state, profile: after ?? null });

/**
 * The state with an order row's contribution replaced: takes away `before` (undefined for a new row) and adds
 * `after` (undefined for a deleted one).
 *
 * `allAfter` gives the contributions of all the customer's orders with `after` in place. It is called only when
 * the first, the last or the newest order was taken away, so that a new row costs no look-up.
 */
export const applyOrder = (
  state: Customer360State,
  before: OrderContribution | undefined,
  after: OrderContribution | undefined,
  allAfter: () => Iterable<OrderContribution>,
): Customer360State => {
  const [countBefore, valueBefore] = before?.counted === true ? [1, before.amount] : [0, 0];
  const [countAfter, valueAfter] = after?.counted === true ? [1, after.amount] : [0, 0];
  return {
    ...state,
    order_count: state.order_count - countBefore + countAfter,
    lifetime_value: state.lifetime_value - valueBefore + valueAfter,
    standing_orders: spanAfter(
      state.standing_orders,
      before?.counted === true ? before.placed_at : undefined,
      after?.counted === true ? after.placed_at : undefined,
      () => times(allAfter(), (order) => (order.counted ? order.placed_at : undefined)),
    ),
    all_orders: spanAfter(state.all_orders, before?.placed_at, after?.placed_at, () =>
      times(allAfter(), (order) => order.placed_at),
    ),
    orders_updated_at: latestAfter(state.orders_updated_at, before?.updated_at, after?.updated_at, () =>
      times(allAfter(), (order) => order.updated_at),
    ),
  };
};

/**
 * The state with a delivery row's contribution replaced, as `applyOrder` does it for orders. `allAfter` is
 * called only when the first or the last delivery was taken away.
 */
export const applyActivation = (
  state: Customer360State,
  before: ActivationContribution | undefined,
  after: ActivationContribution | undefined,
  allAfter: () => Iterable<ActivationContribution>,
): Customer360State => {
  let { by_channel, delivered, failed } = state;
  if (before !== undefined) {
    by_channel = removeDelivery(by_channel, before.channel, before.status);
    if (before.status === 'DELIVERED') delivered -= 1;
    else failed -= 1;
  }
  if (after !== undefined) {
    by_channel = addDelivery(by_channel, after.channel, after.status);
    if (after.status === 'DELIVERED') delivered += 1;
    else failed += 1;
  }
  const deliveries = spanAfter(state.deliveries, before?.occurred_at, after?.occurred_at, () =>
    times(allAfter(), (delivery) => delivery.occurred_at),
  );
  return { ...state, by_channel, delivered, failed, deliveries };
};

function* times<Contribution>(
  contributions: Iterable<Contribution>,
  timeOf: (contribution: Contribution) => number | undefined,
): Iterable<number> {
  for (const contribution of contributions) {
    const time = timeOf(contribution);
    if (time !== undefined) yield time;
  }
}
