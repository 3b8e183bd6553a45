import fc from 'fast-check';
import { expect, it } from 'vitest';
import { activationKey, orderKey, rowKeyParts } from './row-key.ts';

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

const ids = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '"', '\\', '","order_id":"', '","activation_id":"o', '"}', 'c1'),
);

it('the ids of a key are cut out as JSON would give them', () => {
  fc.assert(
    fc.property(ids, ids, (customerId, id) => {
      expect(rowKeyParts(orderKey({ customer_id: customerId, order_id: id }))).toEqual({ customerId, id });
      const delivery = activationKey({ customer_id: customerId, activation_id: id });
      expect(rowKeyParts(delivery)).toEqual({ customerId, id });
    }),
    { numRuns: 1_000 },
  );
});

it('a key in another spelling gives the same ids, and one of something else none', () => {
  const spelled = '{ "customer_id": "c1", "order_id": "o1" }';
  expect(rowKeyParts(spelled)).toEqual({ customerId: 'c1', id: 'o1' });
  for (const key of ['{"customer_id":"c1"}', '{"customer_id":1,"order_id":"o"}', 'null', 'c1', '']) {
    expect(() => rowKeyParts(key)).toThrow(expect.objectContaining({ code: 'VALUE_UNDECODABLE' }));
  }
});
