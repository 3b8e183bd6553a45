import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stamp } from '../source-offsets.ts';
import { consolidatedRow } from './consolidated.ts';
import {
  applyLiveDelivery,
  applyLiveOrder,
  applyLivePatch,
  BEFORE_ALL_RECORDS,
  type LiveCustomer,
  type LiveDelivery,
  type LiveOrder,
  liveDeliveryAfter,
  liveOrderAfter,
  UNKNOWN_LIVE_CUSTOMER,
} from './live-customer.ts';

const text = fc.constantFrom(null, 'a', 'b', 'c');
const time = fc.integer({ min: 0, max: 5 });
const saying = fc.oneof(
  fc.record({
    kind: fc.constant('patch' as const),
    email: text,
    first_name: text,
    last_name: text,
    phone: text,
    is_active: fc.constantFrom(null, true, false),
    updated_at: time,
  }),
  fc.record({
    kind: fc.constant('order' as const),
    id: fc.constantFrom('o1', 'o2'),
    status: fc.constantFrom('PLACED' as const, 'PLACED' as const, 'CANCELLED' as const, 'REFUNDED' as const),
    total_amount: fc.integer({ min: -3, max: 9 }),
    placed_at: time,
  }),
  fc.record({
    kind: fc.constant('delivery' as const),
    id: fc.constantFrom('a1', 'a2'),
    status: fc.constantFrom('DELIVERED' as const, 'FAILED' as const),
  }),
);
type Saying = typeof saying extends fc.Arbitrary<infer Value> ? Value : never;
type Record = { readonly saying: Saying; readonly said: Stamp };

const fold = (records: readonly Record[]) => {
  let customer: LiveCustomer = UNKNOWN_LIVE_CUSTOMER;
  const orders = new Map<string, LiveOrder>();
  const deliveries = new Map<string, LiveDelivery>();
  for (const { saying: event, said } of records) {
    if (event.kind === 'patch') customer = applyLivePatch(customer, event, said);
    else if (event.kind === 'order') {
      const before = orders.get(event.id);
      const after = liveOrderAfter(before, event, said);
      orders.set(event.id, after);
      customer = applyLiveOrder(customer, before, after, event.placed_at);
    } else {
      const before = deliveries.get(event.id);
      const after = liveDeliveryAfter(before, event, said);
      deliveries.set(event.id, after);
      customer = applyLiveDelivery(customer, before, after);
    }
  }
  return { customer, orders, deliveries };
};

/** Records of one partition, their time never going back, as `advanceClock` gives it. */
const partitionOf = (partition: number) =>
  fc.array(fc.record({ saying, wait: fc.integer({ min: 0, max: 2 }) }), { maxLength: 12 }).map((list) => {
    let clock = 0;
    return list.map(({ saying: event, wait }, offset): Record => {
      clock += wait;
      return { saying: event, said: { time: clock, offset, partition } };
    });
  });

/** Two lists as one, each in its own order. */
const interleaved = (one: readonly Record[], other: readonly Record[], choices: readonly boolean[]) => {
  const [a, b] = [[...one], [...other]];
  const merged = choices.flatMap((first) => (first ? a : b).splice(0, 1));
  return [...merged, ...a, ...b];
};

describe('a live customer', () => {
  it('does not depend on the order in which partitions were read', () => {
    fc.assert(
      fc.property(partitionOf(0), partitionOf(1), fc.array(fc.boolean()), (one, other, choices) => {
        expect(fold(interleaved(one, other, choices))).toEqual(fold([...one, ...other]));
      }),
    );
  });

  it('is the same when all its records are folded once more', () => {
    fc.assert(
      fc.property(partitionOf(0), (records) => {
        expect(fold([...records, ...records])).toEqual(fold(records));
      }),
    );
  });

  it('counts what its orders and deliveries come to', () => {
    fc.assert(
      fc.property(partitionOf(0), (records) => {
        const { customer, orders, deliveries } = fold(records);
        const standing = [...orders.values()].filter(({ rank }) => rank === 0);
        const delivered = [...deliveries.values()].filter((one) => one.delivered).length;
        expect(consolidatedRow('c', customer)).toMatchObject({
          order_count: standing.length,
          lifetime_value: standing.reduce((sum, { amount }) => sum + amount, 0),
          delivered,
          failed: deliveries.size - delivered,
        });
      }),
    );
  });

  it('takes any record over what a table says of earlier ones', () => {
    const before = fold([
      {
        saying: { kind: 'order', id: 'o1', status: 'PLACED', total_amount: 9, placed_at: 0 },
        said: BEFORE_ALL_RECORDS,
      },
    ]).orders.get('o1')!;
    const after = liveOrderAfter(
      before,
      { status: 'PLACED', total_amount: 5 },
      { time: 0, offset: 0, partition: 0 },
    );
    expect(after.amount).toBe(5);
  });
});
