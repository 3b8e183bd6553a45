import type {
  ActivationContribution,
  OrderContribution,
  ProfileContribution,
} from '@marketing-streams/domain/contributions';
import { CHANNELS, DELIVERY_STATUSES } from '@marketing-streams/domain/engagement';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activationContributions,
  GOLD_STATE,
  orderContributions,
  storeCustomer,
  storedCustomer,
} from './customer-state.ts';
import type { StoredCustomer } from './state-codecs.ts';

const time = fc.integer({ min: 0, max: 2 ** 52 - 1 });
const cents = fc.integer({ min: 0, max: 2 ** 50 });
const count = fc.nat();
const text = fc.string({ unit: 'grapheme' });
const record = <T>(model: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
const span = fc.option(record({ first: time, last: time }));

const profile = record<ProfileContribution>({
  email: fc.option(text),
  first_name: fc.option(text),
  last_name: fc.option(text),
  phone: fc.option(text),
  is_active: fc.option(record({ value: fc.boolean(), updated_at: time })),
  created_at: time,
  updated_at: time,
});

const customer: fc.Arbitrary<StoredCustomer> = record<StoredCustomer>({
  fold: record<StoredCustomer['fold']>({
    profile: fc.option(profile),
    order_count: count,
    lifetime_value: cents,
    standing_orders: span,
    all_orders: span,
    orders_updated_at: fc.option(time),
    delivered: count,
    failed: count,
    by_channel: fc.dictionary(fc.constantFrom(...CHANNELS), record({ delivered: count, failed: count }), {
      noNullPrototype: true,
    }),
    deliveries: span,
  }),
  source_offsets: fc.array(
    record({
      topic: fc.oneof(text, fc.constantFrom('dom.order.placed.v1', 'dom.customer.profile.upsert.v1')),
      partition: fc.nat(1_000),
      offset: time,
    }),
  ),
});

const order = record<OrderContribution>({
  counted: fc.boolean(),
  amount: cents,
  placed_at: time,
  updated_at: time,
});
const activation = record<ActivationContribution>({
  channel: fc.constantFrom(...CHANNELS),
  status: fc.constantFrom(...DELIVERY_STATUSES),
  occurred_at: time,
});

describe("gold's state", () => {
  it('gives a customer back as it was', () => {
    const state = memoryState(GOLD_STATE);
    fc.assert(
      fc.property(text, customer, (id, stored) => {
        storeCustomer(state, id, stored);
        expect(storedCustomer(state, id)).toEqual({ customer: stored, isNew: false });
      }),
    );
  });

  it('gives what a row contributed back as it was, once', () => {
    const state = memoryState(GOLD_STATE);
    fc.assert(
      fc.property(text, text, order, activation, (customerId, id, ordered, delivered) => {
        const row = { customerId, id };
        expect(orderContributions.replace(state, row, ordered)).toBeUndefined();
        expect(activationContributions.replace(state, row, delivered)).toBeUndefined();
        expect([...orderContributions.of(state, customerId)]).toEqual([ordered]);
        expect(orderContributions.replace(state, row, undefined)).toEqual(ordered);
        expect(activationContributions.replace(state, row, undefined)).toEqual(delivered);
        expect([...state.range('o'), ...state.range('a')]).toEqual([]);
      }),
    );
  });
});
