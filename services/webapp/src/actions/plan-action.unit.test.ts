import type { OrderRow } from '@marketing-streams/domain/order';
import { validateOrder } from '@marketing-streams/domain/validate-order';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOON } from '../testing/customer-gold.ts';
import { type ActionWorld, planCustomer, planEngagement, planOrder } from './plan-action.ts';
import { totalOf } from './random-order.ts';

const PLACE = { topic: 'dom.order.placed.v1', partition: 0, offset: 5 };

const worldOf = (...chances: readonly number[]): ActionWorld => {
  let asked = 0;
  return { now: NOON, random: () => chances[asked++ % chances.length] ?? 0, newId: () => 'id' };
};

const known: OrderRow = {
  order_id: 'o1',
  customer_id: 'a',
  status: 'PLACED',
  total_amount: 5_000,
  currency: 'USD',
  items: [],
  placed_at: NOON - 60_000,
  updated_at: NOON - 60_000,
  source_offsets: [{ ...PLACE, offset: 1 }],
};

describe('a new customer', () => {
  it('starts as an inactive prospect', () => {
    const person = { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com' };
    expect(planCustomer(person, worldOf()).event.value).toEqual({
      ...person,
      customer_id: 'cus_id',
      phone: null,
      is_active: false,
      lifecycle_stage: 'prospect',
      source: 'webapp',
      updated_at: NOON,
    });
  });
});

describe('an order', () => {
  it('without anything said is random, valid, and costs what its items cost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1, maxLength: 12 }),
        (chances) => {
          const { value } = planOrder('a', {}, null, worldOf(...chances)).event;
          expect(validateOrder({ ...value, updated_at: NOON }, NOON)).toEqual([]);
          expect(value.total_amount).toBe(totalOf(value.items));
          expect(new Set(value.items.map(({ sku }) => sku)).size).toBe(value.items.length);
          expect(value.items.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('of an amount has no items', () => {
    const plan = planOrder('a', { total_amount: 12_050 }, null, worldOf());
    expect(plan.event.value).toMatchObject({
      order_id: 'ord_id',
      total_amount: 12_050,
      items: [],
      placed_at: NOON,
    });
    expect(plan.label).toBe('Order of $120.50');
  });

  it('is cancelled by its id alone, with all it was', () => {
    const plan = planOrder('a', { order_id: 'o1', status: 'CANCELLED' }, known, worldOf());
    expect(plan.event.value).toMatchObject({
      order_id: 'o1',
      status: 'CANCELLED',
      total_amount: 5_000,
      placed_at: NOON - 60_000,
      updated_at: NOON,
    });
    expect(plan.effectAt(PLACE)).toMatchObject({
      before: { status: 'PLACED' },
      after: { status: 'CANCELLED' },
    });
  });

  it('has no effect when it says nothing new', () => {
    expect(planOrder('a', { order_id: 'o1' }, known, worldOf()).effectAt(PLACE)).toBeNull();
    const cancelled = { ...known, status: 'CANCELLED' } as const;
    const again = planOrder('a', { order_id: 'o1', total_amount: 5_000 }, cancelled, worldOf());
    expect(again.effectAt(PLACE)).toBeNull();
  });

  it('cannot be cancelled when it is unknown or unnamed', () => {
    expect(() => planOrder('a', { status: 'CANCELLED' }, null, worldOf())).toThrow('order_id is required');
  });

  it('that is unknown may be older than the history kept, and the refusal says so', () => {
    expect(() => planOrder('a', { order_id: 'o9', status: 'CANCELLED' }, null, worldOf())).toThrow(
      /^customer a has no order o9 in the history kept here; an order older than its newest HISTORY_LIMIT/,
    );
  });
});

describe('a message', () => {
  it('is delivered three times of four when nobody says', () => {
    const statusAt = (chance: number) => planEngagement('a', { channel: 'SMS' }, worldOf(chance)).event.value;
    expect(statusAt(0.7499)).toMatchObject({ status: 'DELIVERED', failure_reason: null });
    expect(statusAt(0.75)).toMatchObject({ status: 'FAILED', failure_reason: 'number not reachable' });
  });

  it('goes over any channel when nobody says', () => {
    const channels = [0, 0.25, 0.5, 0.9999].map(
      (chance) => planEngagement('a', {}, worldOf(chance, 0)).event.value.channel,
    );
    expect(channels).toEqual(['EMAIL', 'SMS', 'PUSH', 'IN_APP']);
  });
});
