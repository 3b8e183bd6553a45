import { describe, expect, it } from 'vitest';
import type { ActivationEvent } from './activation.ts';
import type { OrderEvent } from './order.ts';
import type { ProfilePatch } from './profile.ts';
import { validateActivation } from './validate-activation.ts';
import { MAX_ORDER_AMOUNT, validateOrder } from './validate-order.ts';
import { isEmail, validateProfile } from './validate-profile.ts';
import { describeProblems, NO_PROBLEMS } from './validation.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY = 86_400_000;
const ORDER: OrderEvent = {
  order_id: 'o1',
  customer_id: 'c1',
  status: 'PLACED',
  total_amount: 12_050,
  currency: 'USD',
  items: [{ sku: 's', name: 'Lamp', category: 'home', quantity: 1, unit_price: 12_050 }],
  placed_at: NOW,
  updated_at: null,
};
const PROFILE: ProfilePatch = {
  customer_id: 'c1',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: null,
  phone: null,
  is_active: false,
  lifecycle_stage: null,
  source: 'webapp',
  updated_at: NOW,
};
const DELIVERY: ActivationEvent = {
  activation_id: 'a1',
  customer_id: 'c1',
  campaign_id: null,
  channel: 'EMAIL',
  status: 'DELIVERED',
  failure_reason: null,
  occurred_at: NOW,
};

describe('validateOrder', () => {
  it('has nothing against a good order', () => {
    expect(validateOrder(ORDER, NOW)).toBe(NO_PROBLEMS);
    expect(validateOrder({ ...ORDER, items: [], total_amount: 0, placed_at: NOW + DAY }, NOW)).toBe(
      NO_PROBLEMS,
    );
    expect(validateOrder({ ...ORDER, total_amount: MAX_ORDER_AMOUNT }, NOW)).toBe(NO_PROBLEMS);
  });

  it.each([
    ['order_id', { order_id: '' }, 'must not be empty'],
    ['order_id', { order_id: 'x'.repeat(201) }, 'must not be longer than 200 characters'],
    ['customer_id', { customer_id: '  ' }, 'must not be empty'],
    ['status', { status: 'LOST' as never }, 'must be one of PLACED, CANCELLED, REFUNDED'],
    ['total_amount', { total_amount: -1 }, 'must not be negative'],
    ['total_amount', { total_amount: 0.5 }, 'must be a whole number of cents'],
    ['total_amount', { total_amount: MAX_ORDER_AMOUNT + 1 }, 'must not be more than $10,000,000.00'],
    ['currency', { currency: 'EUR' }, 'must be USD, the reporting currency'],
    [
      'items[0].quantity',
      { items: [{ ...ORDER.items[0]!, quantity: 0 }] },
      'must be a whole number of at least 1',
    ],
    ['items[0].unit_price', { items: [{ ...ORDER.items[0]!, unit_price: -1 }] }, 'must not be negative'],
    ['items[0].sku', { items: [{ ...ORDER.items[0]!, sku: '' }] }, 'must not be empty'],
    ['placed_at', { placed_at: Date.UTC(1999, 11, 31) }, 'must not be before the year 2000'],
    ['updated_at', { updated_at: NOW + DAY + 1 }, 'must not be more than one day in the future'],
    ['updated_at', { updated_at: Number.NaN }, 'must be a whole number of epoch milliseconds'],
  ])('names %s: %j', (field, changes, message) => {
    const order = { ...ORDER, ...changes };
    expect(validateOrder(order, NOW)).toEqual([{ field, value: expect.anything(), message }]);
  });

  it('names every problem, in words a person can act on', () => {
    const problems = validateOrder({ ...ORDER, total_amount: -5, currency: 'EUR' }, NOW);
    expect(describeProblems(problems)).toBe(
      'total_amount = -5: must not be negative; currency = "EUR": must be USD, the reporting currency',
    );
  });
});

describe('validateProfile', () => {
  it('has nothing against a good patch', () => {
    expect(validateProfile(PROFILE, NOW)).toBe(NO_PROBLEMS);
    expect(validateProfile({ ...PROFILE, email: null, first_name: null }, NOW)).toBe(NO_PROBLEMS);
  });

  it.each([
    ['customer_id', { customer_id: '' }],
    ['email', { email: 'ada' }],
    ['first_name', { first_name: '' }],
    ['phone', { phone: 'x'.repeat(501) }],
    ['source', { source: '' }],
    ['updated_at', { updated_at: 0 }],
  ])('names %s: %j', (field, changes) => {
    expect(validateProfile({ ...PROFILE, ...changes }, NOW).map((problem) => problem.field)).toEqual([field]);
  });

  it.each(['a@b.co', 'first.last+tag@mail.example.com', 'ü@example.org'])(
    'takes %s for an e-mail',
    (email) => {
      expect(isEmail(email)).toBe(true);
    },
  );

  it.each([
    '',
    '@',
    'a@',
    'a@b',
    '@b.co',
    'a b@c.de',
    'a@b..co',
    'a@.co',
    'a@b.co.',
    `${'x'.repeat(250)}@b.co`,
  ])('does not take %j for one', (email) => {
    expect(isEmail(email)).toBe(false);
  });
});

describe('validateActivation', () => {
  it('has nothing against a good delivery', () => {
    expect(validateActivation(DELIVERY, NOW)).toBe(NO_PROBLEMS);
  });

  it.each([
    ['activation_id', { activation_id: '' }],
    ['customer_id', { customer_id: '' }],
    ['campaign_id', { campaign_id: ' ' }],
    ['channel', { channel: 'FAX' as never }],
    ['status', { status: 'READ' as never }],
    ['failure_reason', { failure_reason: '' }],
    ['occurred_at', { occurred_at: -1 }],
  ])('names %s: %j', (field, changes) => {
    expect(validateActivation({ ...DELIVERY, ...changes }, NOW).map((problem) => problem.field)).toEqual([
      field,
    ]);
  });
});
