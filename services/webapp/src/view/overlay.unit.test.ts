import type { OrderRow } from '@marketing-streams/domain/order';
import { describe, expect, it } from 'vitest';
import { customerGold, NOON } from '../testing/customer-gold.ts';
import { type Overlay, type OverlayEffect, overlayCustomer } from './overlay.ts';

const ORDERS = 'dom.order.placed.v1';

const order = (fields: Partial<OrderRow> = {}): OrderRow => ({
  order_id: 'o1',
  customer_id: 'a',
  status: 'PLACED',
  total_amount: 12_050,
  currency: 'USD',
  items: [],
  placed_at: NOON + 1_000,
  updated_at: NOON + 1_000,
  source_offsets: [{ topic: ORDERS, partition: 1, offset: 8 }],
  ...fields,
});

const overlay = (effect: OverlayEffect, offset = 8): Overlay => ({
  action_id: `act-${offset}`,
  customer_id: 'a',
  label: 'something',
  position: { topic: ORDERS, partition: 1, offset },
  taken_at: NOON,
  deadline: NOON + 10_000,
  effect,
});

const placed = overlay({ kind: 'order', before: null, after: order() });

describe('an overlay', () => {
  it('shows an order at once, with the stage that gold will compute', () => {
    const gold = customerGold({ customer_id: 'a', version: 3 });
    const { customer, pending } = overlayCustomer(gold, [placed], NOON + 1);
    expect(customer).toMatchObject({
      order_count: 1,
      lifetime_value: 12_050,
      average_order_value: 12_050,
      is_active: true,
      lifecycle_stage: 'customer',
      last_order_at: NOON + 1_000,
      version: 3,
    });
    expect(pending).toEqual([placed]);
  });

  it('shows a new customer before there is a gold record', () => {
    const patch = {
      customer_id: 'a',
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Lovelace',
      phone: null,
      is_active: false,
      lifecycle_stage: 'prospect',
      source: 'webapp',
      updated_at: NOON,
    };
    const { customer } = overlayCustomer(null, [overlay({ kind: 'profile', patch })], NOON);
    expect(customer).toMatchObject({
      first_name: 'Ada',
      is_active: false,
      lifecycle_stage: 'prospect',
      lifetime_value: 0,
      version: 0,
    });
  });

  it('counts a delivery on its channel', () => {
    const gold = customerGold({ customer_id: 'a', order_count: 1, lifetime_value: 100 });
    const effect = {
      kind: 'engagement',
      channel: 'SMS',
      status: 'DELIVERED',
      occurred_at: NOON + 5,
    } as const;
    const { customer } = overlayCustomer(gold, [overlay(effect)], NOON);
    expect(customer).toMatchObject({
      delivered: 1,
      engagement_rate: 1,
      by_channel: { SMS: { delivered: 1, failed: 0 } },
      lifecycle_stage: 'engaged',
    });
  });

  it('takes a cancelled order out again', () => {
    const gold = customerGold({ customer_id: 'a', order_count: 2, lifetime_value: 20_000 });
    const effect = { kind: 'order', before: order(), after: order({ status: 'CANCELLED' }) } as const;
    const { customer } = overlayCustomer(gold, [overlay(effect)], NOON);
    expect(customer).toMatchObject({ order_count: 1, lifetime_value: 7_950 });
  });

  it('counts an order and its correction once', () => {
    const corrected = overlay({ kind: 'order', before: order(), after: order({ total_amount: 10_000 }) }, 9);
    const { customer } = overlayCustomer(customerGold({ customer_id: 'a' }), [placed, corrected], NOON);
    expect(customer).toMatchObject({ order_count: 1, lifetime_value: 10_000 });
  });

  it.each([
    ['its own offset', 8, true],
    ['a later one', 9, true],
    ['an earlier one', 7, false],
  ])('is retired by a gold record that holds %s: %s', (_which, offset, isRetired) => {
    const gold = customerGold({
      customer_id: 'a',
      order_count: 1,
      lifetime_value: 12_050,
      source_offsets: [
        { topic: 'dom.customer.profile.upsert.v1', partition: 1, offset: 99 },
        { topic: ORDERS, partition: 0, offset: 99 },
        { topic: ORDERS, partition: 1, offset },
      ],
    });
    const { customer, pending } = overlayCustomer(gold, [placed], NOON);
    expect(pending).toEqual(isRetired ? [] : [placed]);
    expect(customer?.order_count).toBe(isRetired ? 1 : 2);
  });

  it('stays out after its deadline, and is told of', () => {
    const gold = customerGold({ customer_id: 'a' });
    expect(overlayCustomer(gold, [placed], NOON + 9_999).pending).toHaveLength(1);
    expect(overlayCustomer(gold, [placed], NOON + 10_000)).toEqual({
      customer: gold,
      pending: [],
      overdue: [placed],
    });
  });

  it('leaves nobody when a new customer never became gold', () => {
    expect(overlayCustomer(null, [placed], NOON + 10_000).customer).toBeNull();
  });
});
