import fc from 'fast-check';
import { expect, it } from 'vitest';
import { activationKey, orderKey } from './row-key.ts';

it('an order is keyed by customer and order, compact and in this order', () => {
  expect(orderKey({ order_id: 'o1', customer_id: 'c1' })).toBe('{"customer_id":"c1","order_id":"o1"}');
});

it('an activation is keyed by customer and activation', () => {
  expect(activationKey({ activation_id: 'a1', customer_id: 'c1' })).toBe(
    '{"customer_id":"c1","activation_id":"a1"}',
  );
});

it('keys are JSON that gives the ids back, whatever characters they have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (customer_id, order_id) => {
      expect(JSON.parse(orderKey({ customer_id, order_id }))).toEqual({ customer_id, order_id });
    }),
  );
});
