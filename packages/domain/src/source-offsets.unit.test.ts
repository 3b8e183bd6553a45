import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStamps, mergeSourceOffsets, type SourceOffset } from './source-offsets.ts';

const offsets = fc.array(
  fc.record({
    topic: fc.constantFrom('orders', 'profiles'),
    partition: fc.integer({ min: 0, max: 2 }),
    offset: fc.nat(20),
  }),
  { maxLength: 8 },
);
const merged = (...lists: (readonly SourceOffset[])[]): readonly SourceOffset[] =>
  lists.reduce(mergeSourceOffsets, []);

describe('mergeSourceOffsets', () => {
  it('keeps the largest offset of every partition, whatever comes first', () => {
    fc.assert(
      fc.property(offsets, offsets, offsets, (a, b, c) => {
        expect(merged(a, b, c)).toEqual(merged(c, a, b, a));
        for (const { topic, partition, offset } of a) {
          const kept = merged(a, b, c).filter(
            (entry) => entry.topic === topic && entry.partition === partition,
          );
          expect(kept).toHaveLength(1);
          expect(kept[0]!.offset).toBeGreaterThanOrEqual(offset);
        }
      }),
    );
  });

  it('gives the same list back when nothing is newer, and never changes the one it got', () => {
    const current = Object.freeze([{ topic: 'orders', partition: 1, offset: 7 }]);
    expect(mergeSourceOffsets(current, [{ topic: 'orders', partition: 1, offset: 7 }])).toBe(current);
    expect(mergeSourceOffsets(current, [{ topic: 'orders', partition: 0, offset: 9 }])).toEqual([
      { topic: 'orders', partition: 0, offset: 9 },
      { topic: 'orders', partition: 1, offset: 7 },
    ]);
  });
});

describe('compareStamps', () => {
  it('looks at the time, then the offset, then the partition', () => {
    const stamp = { time: 5, offset: 5, partition: 5 };
    expect(compareStamps({ time: 6, offset: 0, partition: 0 }, stamp)).toBeGreaterThan(0);
    expect(compareStamps({ time: 5, offset: 4, partition: 9 }, stamp)).toBeLessThan(0);
    expect(compareStamps({ time: 5, offset: 5, partition: 6 }, stamp)).toBeGreaterThan(0);
    expect(compareStamps(stamp, stamp)).toBe(0);
  });
});
