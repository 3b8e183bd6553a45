import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { LIFECYCLE_STAGES } from '@marketing-streams/domain/lifecycle';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customerGold } from '../testing/customer-gold.ts';
import { type CustomerIndex, type CustomerQuery, createCustomerIndex } from './customer-index.ts';
import { SORT_KEYS, type SortKey } from './customer-order.ts';
import { createTotalsKeeper } from './customer-totals.ts';

const ALL: CustomerQuery = {
  search: '',
  stage: null,
  segment: null,
  sort: { key: 'created', reversed: false },
  cursor: null,
  limit: 10,
};

const indexOf = (customers: readonly CustomerGold[]): CustomerIndex => {
  const index = createCustomerIndex();
  for (const customer of customers) index.put(customer);
  return index;
};

const idsOf = (index: CustomerIndex, query: Partial<CustomerQuery>): readonly string[] =>
  index.page({ ...ALL, ...query }).customer_ids;

/** Few different values, so that ties are common. */
const population = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 40 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          order_count: fc.integer({ min: 0, max: 3 }),
          lifetime_value: fc.integer({ min: 0, max: 3 }).map((step) => step * 300_000),
          delivered: fc.integer({ min: 0, max: 3 }),
          failed: fc.integer({ min: 0, max: 2 }),
          first_name: fc.constantFrom('Ada', 'Grace', null),
          created_at: fc.integer({ min: 1, max: 4 }),
          segments: fc.constantFrom([], ['vip'], ['newsletter', 'vip']),
          segment_since: fc.constantFrom<Record<string, number>>({}, { vip: 1 }, { newsletter: 3, vip: 2 }),
        })
        .map((fields) => customerGold({ customer_id: `c${id}`, ...fields })),
    ),
  ),
);

const sorts = fc.record({
  key: fc.constantFrom(...(Object.keys(SORT_KEYS) as SortKey[])),
  reversed: fc.boolean(),
});

describe('a page of customers', () => {
  it('follows the one before: all pages together are everybody, once, and back again', () => {
    fc.assert(
      fc.property(population, sorts, fc.integer({ min: 1, max: 7 }), (customers, sort, limit) => {
        const index = indexOf(customers);
        const whole = idsOf(index, { sort, limit: 1000 });
        expect([...whole].sort()).toEqual(customers.map(({ customer_id }) => customer_id).sort());

        const forwards: string[][] = [];
        let page = index.page({ ...ALL, sort, limit });
        forwards.push([...page.customer_ids]);
        while (page.next !== null) {
          page = index.page({ ...ALL, sort, limit, cursor: page.next });
          forwards.push([...page.customer_ids]);
        }
        expect(forwards.flat()).toEqual(whole);

        const backwards = [[...page.customer_ids]];
        while (page.previous !== null) {
          page = index.page({ ...ALL, sort, limit, cursor: page.previous });
          backwards.unshift([...page.customer_ids]);
        }
        expect(backwards.flat()).toEqual(whole);
      }),
    );
  });

  it('is part of everybody in the same order, also by when they entered the segment', () => {
    fc.assert(
      fc.property(population, sorts, fc.constantFrom(null, 'vip'), (customers, sort, segment) => {
        const index = indexOf(customers);
        const whole = idsOf(index, { sort, segment, limit: 1000 });
        expect(index.everyone({ ...ALL, sort, segment, limit: 1 })).toEqual(whole);
      }),
    );
  });

  it('tells apart when somebody entered the one segment and the other', () => {
    const index = indexOf([
      customerGold({ customer_id: 'a', segments: ['loyal', 'vip'], segment_since: { loyal: 9, vip: 1 } }),
      customerGold({ customer_id: 'b', segments: ['loyal', 'vip'], segment_since: { loyal: 2, vip: 5 } }),
      customerGold({ customer_id: 'c', segments: ['vip'] }),
    ]);
    const sort = { key: 'entered', reversed: false } as const;
    expect(idsOf(index, { sort, segment: 'vip' })).toEqual(['b', 'a', 'c']);
    expect(idsOf(index, { sort, segment: 'loyal' })).toEqual(['a', 'b']);
    expect(idsOf(index, { sort })).toEqual(['a', 'b', 'c']);
  });

  it('turns round with the sort', () => {
    fc.assert(
      fc.property(population, sorts, (customers, sort) => {
        const index = indexOf(customers);
        const there = idsOf(index, { sort, limit: 1000 });
        const back = idsOf(index, { sort: { ...sort, reversed: !sort.reversed }, limit: 1000 });
        expect(back).toEqual([...there].reverse());
      }),
    );
  });

  it('neither skips nor repeats when somebody new comes in between', () => {
    const index = indexOf(
      ['a', 'b', 'c', 'd'].map((id) => customerGold({ customer_id: id, first_name: id })),
    );
    const sort = { key: 'name', reversed: false } as const;
    const first = index.page({ ...ALL, sort, limit: 2 });
    index.put(customerGold({ customer_id: 'aa', first_name: 'aa' }));
    expect(index.page({ ...ALL, sort, limit: 2, cursor: first.next }).customer_ids).toEqual(['c', 'd']);
  });

  it('finds a part of name, e-mail, phone or id whatever the case', () => {
    const index = indexOf([
      customerGold({ customer_id: 'cus_1', first_name: 'Grace', last_name: 'Hopper', phone: '+1 555 0142' }),
      customerGold({ customer_id: 'cus_2', email: 'ada@Engine.example' }),
    ]);
    for (const search of ['ace hop', 'GRACE', '555 0142', '5550142', 'us_1']) {
      expect(idsOf(index, { search })).toEqual(['cus_1']);
    }
    expect(idsOf(index, { search: ' engine.EX ' })).toEqual(['cus_2']);
    expect(index.page({ ...ALL, search: 'nobody' })).toMatchObject({
      customer_ids: [],
      matches: 0,
      next: null,
    });
  });

  it('keeps to stage and segment', () => {
    fc.assert(
      fc.property(population, fc.constantFrom(...LIFECYCLE_STAGES), (customers, stage) => {
        const index = indexOf(customers);
        const wanted = customers
          .filter(({ lifecycle_stage, segments }) => lifecycle_stage === stage && segments.includes('vip'))
          .map(({ customer_id }) => customer_id);
        const page = index.page({ ...ALL, stage, segment: 'vip', limit: 1000 });
        expect([...page.customer_ids].sort()).toEqual(wanted.sort());
        expect(page.matches).toBe(wanted.length);
      }),
    );
  });
});

describe('the index', () => {
  it('never goes back to an older version', () => {
    const index = createCustomerIndex();
    expect(index.put(customerGold({ customer_id: 'a', version: 7, order_count: 2 }))).toBe(true);
    expect(index.put(customerGold({ customer_id: 'a', version: 6, order_count: 9 }))).toBe(false);
    expect(index.totals().orders).toBe(2);
  });

  it('has the totals that counting everybody anew gives', () => {
    const changes = fc.array(fc.tuple(fc.constantFrom('put', 'remove'), fc.nat()), { maxLength: 30 });
    fc.assert(
      fc.property(population, changes, (customers, steps) => {
        const index = indexOf(customers);
        const left = new Map(customers.map((customer) => [customer.customer_id, customer]));
        for (const [step, number] of steps) {
          const customer = customers[number % Math.max(1, customers.length)];
          if (customer === undefined) continue;
          if (step === 'remove') {
            index.remove(customer.customer_id);
            left.delete(customer.customer_id);
          } else {
            const changed = customerGold({
              ...customer,
              order_count: number % 5,
              lifetime_value: number * 100,
            });
            index.put(changed);
            left.set(changed.customer_id, changed);
          }
        }
        expect(index.totals()).toEqual(indexOf([...left.values()]).totals());
        expect(index.totals().customers).toBe(left.size);
      }),
    );
  });

  it('starts with nobody', () => {
    expect(createCustomerIndex().totals()).toEqual(createTotalsKeeper().current());
    expect(createTotalsKeeper().current()).toMatchObject({ customers: 0, lifetime_value: 0, by_segment: {} });
  });

  it('knows who changed since a place in the stream of changes', () => {
    const index = indexOf([customerGold({ customer_id: 'a' }), customerGold({ customer_id: 'b' })]);
    const place = index.sequence();
    index.put(customerGold({ customer_id: 'b', version: 2 }));
    index.put(customerGold({ customer_id: 'c' }));
    expect([...index.changedSince(place)].sort()).toEqual(['b', 'c']);
    expect(index.changedSince(index.sequence())).toEqual([]);
  });
});
