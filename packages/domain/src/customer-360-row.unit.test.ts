import { describe, expect, it } from 'vitest';
import type { OrderContribution, ProfileContribution } from './contributions.ts';
import { applyActivation, applyOrder, applyProfile, EMPTY_CUSTOMER_360 } from './customer-360.ts';
import { CUSTOMER_360_RULE_VERSION, isActive, toCustomer360Row } from './customer-360-row.ts';

const none = () => [];
const order = (changes: Partial<OrderContribution> = {}): OrderContribution => ({
  counted: true,
  amount: 12_050,
  placed_at: 200,
  updated_at: 200,
  ...changes,
});
const profile = (is_active: ProfileContribution['is_active']): ProfileContribution => ({
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: 'Lovelace',
  phone: null,
  is_active,
  created_at: 100,
  updated_at: 100,
});
const withOrder = applyOrder(EMPTY_CUSTOMER_360, undefined, order(), none);

describe('isActive', () => {
  it.each([
    ['nothing known', EMPTY_CUSTOMER_360, false],
    ['an order without a profile', withOrder, true],
    ['a cancelled order', applyOrder(EMPTY_CUSTOMER_360, undefined, order({ counted: false }), none), true],
    [
      'set inactive before the order',
      applyProfile(withOrder, profile({ value: false, updated_at: 199 })),
      true,
    ],
    [
      'set inactive in the same millisecond',
      applyProfile(withOrder, profile({ value: false, updated_at: 200 })),
      true,
    ],
    [
      'set inactive after the order',
      applyProfile(withOrder, profile({ value: false, updated_at: 201 })),
      false,
    ],
    ['set active, no order', applyProfile(EMPTY_CUSTOMER_360, profile({ value: true, updated_at: 1 })), true],
    ['never set, no order', applyProfile(EMPTY_CUSTOMER_360, profile(null)), false],
  ])('%s', (_, state, expected) => {
    expect(isActive(state)).toBe(expected);
  });
});

describe('toCustomer360Row', () => {
  it('shows a new customer as prospect, inactive, without value', () => {
    const state = applyProfile(EMPTY_CUSTOMER_360, profile({ value: false, updated_at: 100 }));
    const source_offsets = [{ topic: 'dom.customer.profile.upsert.v1', partition: 0, offset: 0 }];
    expect(toCustomer360Row('c1', state, source_offsets)).toEqual({
      customer_id: 'c1',
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Lovelace',
      phone: null,
      is_active: false,
      lifecycle_stage: 'prospect',
      lifecycle_reason: 'No order that stands yet',
      order_count: 0,
      lifetime_value: 0,
      average_order_value: 0,
      first_order_at: null,
      last_order_at: null,
      delivered: 0,
      failed: 0,
      engagement_rate: 0,
      by_channel: {},
      created_at: 100,
      as_of: 100,
      source_offsets,
      rule_version: CUSTOMER_360_RULE_VERSION,
    });
  });

  it('shows a customer known by an order and a delivery only', () => {
    const state = applyActivation(
      withOrder,
      undefined,
      { channel: 'SMS', status: 'DELIVERED', occurred_at: 150 },
      none,
    );
    expect(toCustomer360Row('c1', state, [])).toMatchObject({
      email: null,
      is_active: true,
      lifecycle_stage: 'engaged',
      order_count: 1,
      lifetime_value: 12_050,
      average_order_value: 12_050,
      first_order_at: 200,
      last_order_at: 200,
      engagement_rate: 1,
      by_channel: { SMS: { delivered: 1, failed: 0 } },
      created_at: 150,
      as_of: 200,
    });
  });

  it('takes a cancelled order out of value and dates, and the newer order date back to the older', () => {
    const first = order();
    const second = order({ placed_at: 300, updated_at: 300, amount: 990_000 });
    const both = applyOrder(withOrder, undefined, second, none);
    const cancelled = { ...second, counted: false, updated_at: 400 };
    const after = applyOrder(both, second, cancelled, () => [first, cancelled]);
    expect(toCustomer360Row('c1', both, [])).toMatchObject({
      lifecycle_stage: 'high-value',
      last_order_at: 300,
    });
    expect(toCustomer360Row('c1', after, [])).toMatchObject({
      lifecycle_stage: 'customer',
      order_count: 1,
      lifetime_value: 12_050,
      last_order_at: 200,
      as_of: 400,
    });
  });
});
