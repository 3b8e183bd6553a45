import { describe, expect, it } from 'vitest';
import { customerGold, NOON } from '../testing/customer-gold.ts';
import { createCustomerIndex } from '../view/customer-index.ts';
import { createSegmentBook, DAY_MILLISECONDS } from './segment-book.ts';
import { createSegmentSizes } from './segment-sizes.ts';

const bookOf = (segments: readonly (readonly string[])[]) => {
  const index = createCustomerIndex();
  for (const [number, names] of segments.entries())
    index.put(customerGold({ customer_id: `c${number}`, segments: names }));
  const sizes = createSegmentSizes({
    rows: () => [
      { segment: 'loyal', minute: NOON - 2 * DAY_MILLISECONDS, members: 3, entered: 3, left: 0 },
      { segment: 'loyal', minute: NOON - 60_000, members: 2, entered: 1, left: 2 },
    ],
    onChange: () => () => {},
  });
  const definitions = [
    {
      name: 'loyal',
      title: 'Loyal',
      rule: { measure: 'order_count', comparison: 'at_least', value: 5 },
    },
    { name: 'idle', title: 'Idle ones', rule: { is_active: false } },
  ] as const;
  return createSegmentBook({ definitions, index, sizes, clock: () => NOON });
};

describe('the book of segments', () => {
  it('tells of each its members, its rule in words, and who came and went in a day', () => {
    const [loyal, idle] = bookOf([['loyal'], ['loyal'], [], []]).all();
    expect(loyal).toEqual({
      name: 'loyal',
      title: 'Loyal',
      rule: '5 or more orders',
      members: 2,
      share: 0.5,
      entered: 1,
      left: 2,
      members_a_day_ago: 3,
      changed_at: NOON - 60_000,
    });
    expect(idle).toMatchObject({ members: 0, members_a_day_ago: null, changed_at: null });
  });

  it('keeps a segment that lost its rule for as long as it has members', () => {
    expect(bookOf([['old-friends']]).one('old-friends')).toMatchObject({
      title: 'Old friends',
      rule: null,
      members: 1,
    });
    expect(() => bookOf([]).one('old-friends')).toThrow('there is no segment old-friends');
    expect(() => bookOf([]).one('toString')).toThrow('there is no segment toString');
  });
});
