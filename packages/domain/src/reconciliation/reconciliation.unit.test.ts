import { describe, expect, it } from 'vitest';
import { areBefore, fieldsSetBy, NO_ARRIVALS, reach, setFields } from './arrivals.ts';
import { type CustomerSide, differencesOf, saySame } from './differences.ts';
import { causeOf, EXPLANATIONS_KEPT, type Explanation, FIELDS_OF, withExplanation } from './explanations.ts';

const side = (changes: Partial<CustomerSide> = {}): CustomerSide => ({
  email: 'ada@example.com',
  first_name: null,
  last_name: null,
  phone: null,
  is_active: true,
  lifecycle_stage: 'customer',
  order_count: 1,
  lifetime_value: 1_250,
  delivered: 2,
  failed: 1,
  engagement_rate: 2 / 3,
  ...changes,
});

const explanation = (changes: Partial<Explanation> = {}): Explanation => ({
  kind: 'rejected',
  topic: 'orders',
  partition: 0,
  offset: 1,
  detail: '',
  fields: FIELDS_OF.order,
  ...changes,
});

describe('differences', () => {
  it('are none between equal sides, and between sides that know nobody', () => {
    expect(differencesOf('c', side(), side())).toEqual([]);
    expect(differencesOf('c', null, null)).toEqual([]);
    expect(saySame(null, null)).toBe(true);
  });

  it('name each field with both values as JSON, money in units', () => {
    const differences = differencesOf('c', side({ email: null, lifetime_value: 1_200 }), side());
    expect(differences).toEqual([
      { field: 'email', live: 'null', gold: '"ada@example.com"' },
      { field: 'lifetime_value', live: '12', gold: '12.5' },
    ]);
  });

  it('are one when a side does not know the customer', () => {
    expect(differencesOf('c', side(), null)).toEqual([{ field: 'customer_id', live: '"c"', gold: 'null' }]);
    expect(saySame(side(), null)).toBe(false);
  });
});

describe('the cause', () => {
  const orders = differencesOf('c', side({ order_count: 2 }), side());

  it('is unknown without a record that had a say', () => {
    expect(causeOf(orders, [explanation({ fields: FIELDS_OF.delivery })])).toEqual({
      cause: 'unknown',
      records: [],
    });
  });

  it('is the most telling of the records that had a say', () => {
    const known = [
      explanation({ kind: 'overtaken', offset: 1 }),
      explanation({ kind: 'rejected', offset: 2 }),
      explanation({ kind: 'misplaced', offset: 3 }),
    ];
    expect(causeOf(orders, known)).toEqual({ cause: 'rejected', records: known });
    expect(causeOf(orders, [known[0]!, known[2]!]).cause).toBe('misplaced');
  });

  it('names a record once, by the most telling thing that happened to it', () => {
    const known = [explanation({ kind: 'overtaken' }), explanation(), explanation({ offset: 2 })];
    expect(causeOf(orders, known).records).toEqual(known.slice(1));
  });

  it('is unknown when one field differs that no record explains, and still names the others', () => {
    const differences = differencesOf('c', side({ order_count: 2, phone: '1' }), side());
    expect(causeOf(differences, [explanation()])).toEqual({ cause: 'unknown', records: [explanation()] });
  });

  it('is whatever is known when one side does not know the customer at all', () => {
    expect(causeOf(differencesOf('c', side(), null), [explanation({ fields: [] })]).cause).toBe('rejected');
  });
});

describe('explanations', () => {
  it('are kept once, and only the newest', () => {
    let known: readonly Explanation[] = [];
    for (let offset = 0; offset <= EXPLANATIONS_KEPT; offset++)
      known = withExplanation(known, explanation({ offset }));
    expect(known.map(({ offset }) => offset)).toEqual(
      Array.from({ length: EXPLANATIONS_KEPT }, (_, index) => index + 1),
    );
    expect(withExplanation(known, explanation({ offset: 5 }))).toBe(known);
  });
});

describe('arrivals', () => {
  it('tell the fields in which a patch is older than what came before it', () => {
    const { arrivals } = setFields(NO_ARRIVALS, ['email'], 100);
    expect(setFields(arrivals, ['email', 'phone'], 99).overtaken).toEqual(['email']);
    expect(setFields(arrivals, ['phone'], 99).overtaken).toEqual([]);
    expect(setFields(arrivals, ['email'], 100).overtaken).toEqual([]);
    const mixed = setFields(arrivals, ['email', 'phone'], 99).arrivals;
    expect(setFields(mixed, ['phone', 'email'], 98).overtaken).toEqual(['phone', 'email']);
  });

  it('remember the newest offset of every partition', () => {
    const places = [
      [1, 7],
      [2, 1],
      [1, 9],
      [1, 3],
    ].map(([partition, offset]) => ({ topic: 'profiles', partition: partition!, offset: offset! }));
    const reached = places.reduce(reach, NO_ARRIVALS);
    expect(reached.reached.map(({ partition, offset }) => [partition, offset])).toEqual([
      [1, 9],
      [2, 1],
    ]);
    const ends = new Map([
      ['profiles/1', 10],
      ['profiles/2', 2],
    ]);
    expect(areBefore(reached, ends)).toBe(true);
    expect(areBefore(reached, ends.set('profiles/1', 9))).toBe(false);
    expect(areBefore(reached, new Map())).toBe(false);
  });

  it('take no patch of gold itself for a setting', () => {
    const values = { email: null, phone: '1', is_active: false };
    expect(fieldsSetBy({ ...values, source: 'webapp' })).toEqual(['phone', 'is_active']);
    expect(fieldsSetBy({ ...values, source: 'lifecycle' })).toEqual([]);
  });
});
