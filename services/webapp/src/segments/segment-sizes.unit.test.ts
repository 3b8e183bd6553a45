import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowChange } from '../tables/followed-table.ts';
import { createSegmentSizes } from './segment-sizes.ts';

const MINUTE = 60_000;

const row = (minute: number, members: number, entered = 0, left = 0): GoldSegmentSize => ({
  segment: 'loyal',
  minute: minute * MINUTE,
  members,
  entered,
  left,
});

/** Sizes over a table that a test changes by hand. */
const sizesOf = (rows: readonly GoldSegmentSize[]) => {
  let tell: (changes: readonly RowChange<GoldSegmentSize>[]) => void = () => {};
  const sizes = createSegmentSizes({
    rows: () => rows,
    onChange: (listener) => {
      tell = listener;
      return () => {};
    },
  });
  const put = (...changed: readonly GoldSegmentSize[]): void =>
    tell(changed.map((one) => ({ key: structuredKey(one, ['segment', 'minute']), row: one })));
  const remove = (one: GoldSegmentSize): void =>
    tell([{ key: structuredKey(one, ['segment', 'minute']), row: null }]);
  const tombstone = (key: string): void => tell([{ key, row: null }]);
  return { sizes, put, remove, tombstone };
};

const ALL = { from: 0, to: 10_000 * MINUTE };

describe('the sizes of segments', () => {
  it.each(['no JSON', 'null', '{"segment":7}'])('outlive a tombstone of %s: it ended the web app', (key) => {
    const { sizes, tombstone } = sizesOf([row(5, 3)]);
    tombstone(key);
    expect(sizes.newest('loyal')).toMatchObject({ members: 3 });
  });

  it('are those of the newest minute, in whatever order the rows come', () => {
    const { sizes, put } = sizesOf([row(5, 3)]);
    put(row(9, 7), row(2, 1));
    put(row(9, 8));
    expect(sizes.newest('loyal')?.members).toBe(8);
    expect(sizes.course('loyal', ALL, 10_000).map(({ members }) => members)).toEqual([1, 1, 3, 8]);
    expect(sizes.newest('high-value')).toBe(null);
  });

  it('forget a row that was removed', () => {
    const { sizes, remove } = sizesOf([row(1, 1), row(2, 2)]);
    remove(row(2, 2));
    expect(sizes.newest('loyal')?.members).toBe(1);
  });

  it('know how large a segment was at a moment, also before the first row', () => {
    const { sizes } = sizesOf([row(10, 5, 2, 1), row(20, 9, 4, 0)]);
    expect(sizes.membersAt('loyal', 15 * MINUTE)).toBe(5);
    expect(sizes.membersAt('loyal', 25 * MINUTE)).toBe(9);
    expect(sizes.membersAt('loyal', 5 * MINUTE)).toBe(4);
    expect(sizes.membersAt('high-value', 5 * MINUTE)).toBe(null);
  });

  it('begin a course with the size from before it', () => {
    const { sizes } = sizesOf([row(10, 5, 5), row(20, 9, 4)]);
    const stretch = { from: 15 * MINUTE, to: 60 * MINUTE };
    expect(sizes.course('loyal', stretch, 100)).toMatchObject([
      { minute: 15 * MINUTE, members: 5, entered: 0 },
      { minute: 20 * MINUTE, members: 9, entered: 4 },
    ]);
    expect(sizes.moved('loyal', stretch)).toEqual({ entered: 4, left: 0 });
  });

  it('lose nobody who came or went when minutes are put together', () => {
    const rows = fc
      .uniqueArray(fc.tuple(fc.nat(9_999), fc.nat(50), fc.nat(9), fc.nat(9)), {
        selector: ([minute]) => minute,
        maxLength: 60,
      })
      .map((all) => all.map(([minute, members, entered, left]) => row(minute, members, entered, left)));
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (all, points) => {
        const { sizes } = sizesOf(all);
        const course = sizes.course('loyal', ALL, points);
        expect(course.length).toBeLessThanOrEqual(points + 1);
        const sum = (name: 'entered' | 'left'): number => course.reduce((total, one) => total + one[name], 0);
        expect({ entered: sum('entered'), left: sum('left') }).toEqual(sizes.moved('loyal', ALL));
        expect(course.at(-1)?.members).toBe(sizes.newest('loyal')?.members);
      }),
    );
  });
});
