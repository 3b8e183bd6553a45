import { CHANNELS } from '@marketing-streams/domain/engagement';
import { chance, createRandom, integerBetween, pick } from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { InputRecords } from '@marketing-streams/tests/harness/input-codecs';
import { deliveryStatus, orderPlaced, profileUpsert } from '@marketing-streams/tests/harness/input-events';
import type { GoldFigures } from './gold-follower.ts';

/** How much of each; `scale` 1 is what the goals' table and Spark's figures are about. */
export type BacklogSize = {
  readonly customers: number;
  readonly orders: number;
  readonly activations: number;
};

export type Backlog = {
  readonly records: readonly OutgoingRecord[];
  /** What each customer has to come to; amounts in cents. */
  readonly expected: ReadonlyMap<string, GoldFigures>;
};

/** What a customer has come to so far; amounts in cents. */
export type Totals = { -readonly [Name in keyof GoldFigures]: GoldFigures[Name] };

/** Nothing yet. */
const noTotals = (): Totals => ({ order_count: 0, lifetime_value: 0, delivered: 0, failed: 0 });

export const FULL_BACKLOG: BacklogSize = { customers: 10_000, orders: 200_000, activations: 100_000 };

/** The lines of every order. */
export const ITEMS = [
  { sku: 'KIT-2040', name: 'Pour-over coffee maker', category: 'Kitchen', quantity: 1, unit_price: 4_200 },
  { sku: 'HOM-1103', name: 'Scented soy candle', category: 'Home', quantity: 2, unit_price: 2_400 },
];

/** Customers that are there already, and what they have come to by former backlogs. */
export type KnownCustomers = {
  readonly ids: readonly string[];
  /** Changed by the backlog that is made for them. */
  readonly totals: Map<string, Totals>;
};

/** A profile as backlogs bring it. */
export const backlogProfile = (
  inputs: InputRecords,
  customer_id: string,
  updated_at: number,
): OutgoingRecord =>
  inputs.profile(
    profileUpsert({
      customer_id,
      email: `${customer_id}@example.com`,
      first_name: 'Back',
      last_name: 'Log',
      updated_at,
    }),
  );

/**
 * Encodes a mixed backlog: profiles, orders and deliveries of all customers in between each other. For customers
 * who are there already it has no profiles, and expects something only of those it touches.
 */
export const createBacklog = (
  inputs: InputRecords,
  size: BacklogSize,
  seed: number,
  known?: KnownCustomers,
): Backlog => {
  const random = createRandom(seed);
  const prefix = `backlog-${seed}`;
  const expected = new Map<string, Totals>();
  const customer = (index: number): string => known?.ids[index] ?? `${prefix}-${index}`;
  const profileCount = known === undefined ? size.customers : 0;
  for (let index = 0; index < profileCount; index++) expected.set(customer(index), noTotals());
  const total = profileCount + size.orders + size.activations;
  let time = Date.now() - total;
  let [profiles, orders, activations] = [0, 0, 0];
  const records: OutgoingRecord[] = [];

  const profile = (): OutgoingRecord => backlogProfile(inputs, customer(profiles++), time);
  const totalsOf = (customerId: string): Totals => {
    const present = expected.get(customerId) ?? known?.totals.get(customerId) ?? noTotals();
    expected.set(customerId, present);
    known?.totals.set(customerId, present);
    return present;
  };
  const anyone = (): { readonly customer_id: string; readonly totals: Totals } => {
    const customer_id = customer(integerBetween(random, 0, size.customers - 1));
    return { customer_id, totals: totalsOf(customer_id) };
  };
  const order = (): OutgoingRecord => {
    const { customer_id, totals } = anyone();
    const total_amount = integerBetween(random, 100, 60_000);
    totals.order_count++;
    totals.lifetime_value += total_amount;
    const order_id = `o-${seed}-${orders++}`;
    return inputs.order(orderPlaced({ order_id, customer_id, total_amount, items: ITEMS, placed_at: time }));
  };
  const activation = (): OutgoingRecord => {
    const { customer_id, totals } = anyone();
    const status = chance(random, 0.75) ? 'DELIVERED' : 'FAILED';
    if (status === 'DELIVERED') totals.delivered++;
    else totals.failed++;
    const activation_id = `a-${seed}-${activations++}`;
    const channel = pick(random, CHANNELS);
    return inputs.activation(
      deliveryStatus({ activation_id, customer_id, channel, status, occurred_at: time }),
    );
  };

  for (let index = 0; index < total; index++) {
    time++;
    const left = random.uniform() * (total - index);
    const profilesLeft = profileCount - profiles;
    if (left < profilesLeft) records.push(profile());
    else if (left < profilesLeft + size.orders - orders) records.push(order());
    else records.push(activation());
  }
  return { records, expected };
};
