import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ActivationEvent, type ActivationRow, mergeActivation } from './activation.ts';
import { activationContribution, orderContribution, profileContribution } from './contributions.ts';
import {
  applyActivation,
  applyOrder,
  applyProfile,
  type Customer360State,
  EMPTY_CUSTOMER_360,
} from './customer-360.ts';
import { toCustomer360Row } from './customer-360-row.ts';
import { CHANNELS, DELIVERY_STATUSES } from './engagement.ts';
import { mergeOrder, ORDER_STATUSES, type OrderEvent, type OrderRow } from './order.ts';
import { mergeProfile, type ProfilePatch, type ProfileRow } from './profile.ts';

/** Silver's rows of one customer and gold's fold of them, as the two services keep them. */
type World = {
  readonly orders: ReadonlyMap<string, OrderRow>;
  readonly activations: ReadonlyMap<string, ActivationRow>;
  readonly profile: ProfileRow | undefined;
  readonly fold: Customer360State;
};
type Event =
  | { readonly kind: 'order'; readonly event: OrderEvent }
  | { readonly kind: 'activation'; readonly event: ActivationEvent }
  | { readonly kind: 'profile'; readonly event: ProfilePatch };
type Positioned = Event & { readonly offset: number };

const NOTHING: World = {
  orders: new Map(),
  activations: new Map(),
  profile: undefined,
  fold: EMPTY_CUSTOMER_360,
};

const time = fc.integer({ min: 1_000, max: 1_020 });

const orderEvent = fc
  .record({
    order_id: fc.constantFrom('o1', 'o2', 'o3'),
    status: fc.constantFrom(...ORDER_STATUSES),
    total_amount: fc.nat(600_000),
    placed_at: time,
    updated_at: fc.option(time),
  })
  .map(
    (event): Event => ({
      kind: 'order',
      event: { ...event, customer_id: 'c1', currency: 'USD', items: [] },
    }),
  );

const activationEvent = fc
  .record({
    activation_id: fc.constantFrom('a1', 'a2', 'a3'),
    channel: fc.constantFrom(...CHANNELS),
    status: fc.constantFrom(...DELIVERY_STATUSES),
    occurred_at: time,
  })
  .map(
    (event): Event => ({
      kind: 'activation',
      event: { ...event, customer_id: 'c1', campaign_id: null, failure_reason: null },
    }),
  );

const profileEvent = fc
  .record({
    first_name: fc.option(fc.constantFrom('Ada', 'Grace')),
    is_active: fc.option(fc.boolean()),
    updated_at: time,
  })
  .map(
    (event): Event => ({
      kind: 'profile',
      event: {
        ...event,
        customer_id: 'c1',
        email: null,
        last_name: null,
        phone: null,
        lifecycle_stage: null,
        source: 'webapp',
      },
    }),
  );

/** Events in the order of their offsets, each perhaps delivered several times and out of that order. */
const arrivals = fc
  .array(fc.oneof(orderEvent, activationEvent, profileEvent), { maxLength: 14 })
  .map((events) => events.map((event, offset): Positioned => ({ ...event, offset })))
  .chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
    ),
  );

const step = (world: World, record: Positioned): World => {
  const position = { topic: record.kind, partition: 0, offset: record.offset };
  if (record.kind === 'profile') {
    const profile = mergeProfile(world.profile, record.event, position);
    if (profile === null) return world;
    return { ...world, profile, fold: applyProfile(world.fold, profileContribution(profile)) };
  }
  if (record.kind === 'order') {
    const before = world.orders.get(record.event.order_id);
    const after = mergeOrder(before, record.event, position);
    if (after === null) return world;
    const orders = new Map(world.orders).set(after.order_id, after);
    const fold = applyOrder(world.fold, before && orderContribution(before), orderContribution(after), () =>
      [...orders.values()].map(orderContribution),
    );
    return { ...world, orders, fold };
  }
  const before = world.activations.get(record.event.activation_id);
  const after = mergeActivation(before, record.event, position);
  if (after === null) return world;
  const activations = new Map(world.activations).set(after.activation_id, after);
  const fold = applyActivation(
    world.fold,
    before && activationContribution(before),
    activationContribution(after),
    () => [...activations.values()].map(activationContribution),
  );
  return { ...world, activations, fold };
};

const run = (records: readonly Positioned[]): World => records.reduce(step, NOTHING);

/** The fold of final rows alone, as a rebuild from the compacted silver topics sees them. */
const rebuilt = ({ orders, activations, profile }: World): Customer360State => {
  const none = (): never => {
    throw new Error('a new row needs no look-up');
  };
  let fold = EMPTY_CUSTOMER_360;
  for (const row of activations.values()) {
    fold = applyActivation(fold, undefined, activationContribution(row), none);
  }
  for (const row of orders.values()) fold = applyOrder(fold, undefined, orderContribution(row), none);
  return profile === undefined ? fold : applyProfile(fold, profileContribution(profile));
};

describe('the customer 360', () => {
  it('is the same after any detour as when folded from the final rows', () => {
    fc.assert(
      fc.property(arrivals, ([, arrived]) => {
        const world = run(arrived);
        expect(world.fold).toEqual(rebuilt(world));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for every order of arrival and every repetition', () => {
    fc.assert(
      fc.property(arrivals, ([events, arrived]) => {
        // A profile that says one thing twice at one moment is the one case where the places decide: left out.
        const moments = events
          .filter(({ kind }) => kind === 'profile')
          .map(({ event }) => 'source' in event && event.updated_at);
        fc.pre(new Set(moments).size === moments.length);
        const row = (world: World) => toCustomer360Row('c1', world.fold, []);
        expect(row(run(arrived))).toEqual(row(run(events)));
      }),
      { numRuns: 500 },
    );
  });

  it('counts to the cent what the final rows say', () => {
    fc.assert(
      fc.property(arrivals, ([, arrived]) => {
        const { fold, orders, activations } = run(arrived);
        const standing = [...orders.values()].filter(({ status }) => status === 'PLACED');
        const placed = standing.map(({ placed_at }) => placed_at);
        expect(fold.order_count).toBe(standing.length);
        expect(fold.lifetime_value).toBe(standing.reduce((sum, { total_amount }) => sum + total_amount, 0));
        expect(fold.standing_orders).toEqual(
          placed.length === 0 ? null : { first: Math.min(...placed), last: Math.max(...placed) },
        );
        const delivered = [...activations.values()].filter(({ status }) => status === 'DELIVERED').length;
        expect([fold.delivered, fold.failed]).toEqual([delivered, activations.size - delivered]);
      }),
    );
  });

  it('is empty again when every row was deleted', () => {
    fc.assert(
      fc.property(arrivals, ([, arrived]) => {
        const { fold, orders, activations } = run(arrived);
        let left = applyProfile(fold, undefined);
        const ordersLeft = [...orders.values()].map(orderContribution);
        while (ordersLeft.length > 0) left = applyOrder(left, ordersLeft.pop(), undefined, () => ordersLeft);
        const deliveriesLeft = [...activations.values()].map(activationContribution);
        while (deliveriesLeft.length > 0) {
          left = applyActivation(left, deliveriesLeft.pop(), undefined, () => deliveriesLeft);
        }
        expect(left).toEqual(EMPTY_CUSTOMER_360);
        expect(toCustomer360Row('c1', left, [])).toBeNull();
      }),
    );
  });
});
