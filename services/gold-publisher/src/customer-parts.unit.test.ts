import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keepCustomer,
  PUBLISHER_STATE,
  type PublishedCustomer,
  publishedCustomer,
} from './customer-parts.ts';
import { exampleRow } from './testing/example-row.ts';

const time = fc.integer({ min: 0, max: 2 ** 52 - 1 });
const cents = fc.integer({ min: 0, max: 2 ** 50 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: 'grapheme' });
const propensity = fc.record(
  {
    score: number,
    model_version: text,
    factors: fc.array(
      fc.record(
        { name: fc.oneof(text, fc.constant('Lifetime value')), value: number, contribution: number },
        { noNullPrototype: true },
      ),
    ),
    scored_at: time,
  },
  { noNullPrototype: true },
);
const customer360: fc.Arbitrary<GoldCustomer360> = fc
  .record({ email: fc.option(text), lifetime_value: cents, created_at: time, last_order_at: fc.option(time) })
  .map((changes) => ({ ...exampleRow, ...changes }));
const customer: fc.Arbitrary<PublishedCustomer> = fc.record(
  {
    customer360: fc.option(customer360),
    propensity: fc.option(propensity),
    segments: fc.array(
      fc.record({ segment: fc.oneof(text, fc.constant('loyal')), since: time }, { noNullPrototype: true }),
    ),
    version: fc.nat(),
  },
  { noNullPrototype: true },
);

describe('a customer in the state', () => {
  it('comes back as it was', () => {
    const state = memoryState(PUBLISHER_STATE);
    fc.assert(
      fc.property(text, customer, (id, kept) => {
        keepCustomer(state, id, kept);
        expect(publishedCustomer(state, id)).toEqual(kept);
      }),
    );
  });

  it('has no parts and no version before anything has come', () => {
    const nothing = { customer360: null, propensity: null, segments: [], version: 0 };
    expect(publishedCustomer(memoryState(PUBLISHER_STATE), 'a')).toEqual(nothing);
  });
});
