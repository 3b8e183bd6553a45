import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeOrder, ORDER_STATUSES, type OrderEvent, type OrderRow, type OrderStatus } from './order.ts';

const TOPIC = 'dom.order.placed.v1';
const ORDER: OrderEvent = {
  order_id: 'o1',
  customer_id: 'c1',
  status: 'PLACED',
  total_amount: 12_050,
  currency: 'USD',
  items: [{ sku: 's', name: 'Lamp', category: 'home', quantity: 1, unit_price: 12_050 }],
  placed_at: 100,
  updated_at: null,
};
type Positioned = { readonly event: OrderEvent; readonly offset: number };

const fold = (records: readonly Positioned[]): OrderRow | undefined =>
  records.reduce<OrderRow | undefined>(
    (row, { event, offset }) => mergeOrder(row, event, { topic: TOPIC, partition: 0, offset }) ?? row,
    undefined,
  );

const said = (offset: number, changes: Partial<OrderEvent>): Positioned => ({
  event: { ...ORDER, ...changes },
  offset,
});

/** Every record of another amount, so that each can be told from the others. */
const history = fc
  .uniqueArray(
    fc.record({
      offset: fc.nat(50),
      status: fc.constantFrom<OrderStatus>(...ORDER_STATUSES),
      updated_at: fc.integer({ min: 100, max: 104 }),
    }),
    { selector: ({ offset }) => offset, minLength: 1, maxLength: 8 },
  )
  .map((records) =>
    records.map(({ offset, status, updated_at }) =>
      said(offset, { status, updated_at, total_amount: offset }),
    ),
  );

const RANK = { PLACED: 0, CANCELLED: 1, REFUNDED: 2 } as const;

describe('mergeOrder', () => {
  it('ends with the highest (status rank, updated_at, offset) for every order of arrival and repetition', () => {
    fc.assert(
      fc.property(
        history.chain((records) =>
          fc.tuple(
            fc.constant(records),
            fc.shuffledSubarray([...records, ...records], { minLength: records.length * 2 }),
          ),
        ),
        ([records, arrived]) => {
          const winner = records.toSorted(
            (a, b) =>
              RANK[b.event.status] - RANK[a.event.status] ||
              (b.event.updated_at ?? 0) - (a.event.updated_at ?? 0) ||
              b.offset - a.offset,
          )[0]!;
          expect(fold(arrived)).toEqual({
            ...winner.event,
            source_offsets: [{ topic: TOPIC, partition: 0, offset: winner.offset }],
          });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('changes nothing when the same event is produced five times', () => {
    const row = fold([said(0, {})]);
    for (const offset of [1, 2, 3, 4]) {
      expect(mergeOrder(row, { ...ORDER }, { topic: TOPIC, partition: 0, offset })).toBeNull();
      expect(
        mergeOrder(row, { ...ORDER, updated_at: 100 }, { topic: TOPIC, partition: 0, offset }),
      ).toBeNull();
    }
  });

  it.each(['CANCELLED', 'REFUNDED'] as const)(
    '%s takes the order out and a PLACED never brings it back',
    (status) => {
      const over = said(1, { status, updated_at: 200 });
      expect(fold([said(0, {}), over])?.status).toBe(status);
      expect(fold([over, said(2, {})])?.status).toBe(status);
      expect(fold([over, said(2, { updated_at: 300 })])?.status).toBe(status);
    },
  );

  it('lets a refund follow a cancellation, and no cancellation follow a refund', () => {
    const refund = said(1, { status: 'REFUNDED', updated_at: 150 });
    const cancellation = said(2, { status: 'CANCELLED', updated_at: 200 });
    expect(fold([refund, cancellation])?.status).toBe('REFUNDED');
    expect(fold([cancellation, refund])?.status).toBe('REFUNDED');
  });

  it('takes a correction whole, its placed_at and items included', () => {
    const row = fold([
      said(0, {}),
      said(1, { updated_at: 300, placed_at: 90, total_amount: 1_000, items: [] }),
    ]);
    expect(row).toMatchObject({ placed_at: 90, total_amount: 1_000, items: [], updated_at: 300 });
  });

  it('takes a correction that differs in one item only', () => {
    const items = [{ ...ORDER.items[0]!, name: 'Desk lamp' }];
    expect(fold([said(0, {}), said(1, { items })])?.items).toEqual(items);
  });

  it('stands for placed_at when updated_at is null', () => {
    expect(fold([said(0, {})])?.updated_at).toBe(100);
  });
});
