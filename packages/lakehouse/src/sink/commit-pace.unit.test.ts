import { describe, expect, it } from 'vitest';
import { createCommitPace } from './commit-pace.ts';

describe('the pace of commits', () => {
  it('slows down while records keep coming, and is quick again after a silence', () => {
    let now = 0;
    const pace = createCommitPace(1000, 2000, 5000, () => now);
    const waits: number[] = [];
    const commitAfter = (silence: number): void => {
      now += silence;
      const wait = pace.next();
      waits.push(Math.round(wait));
      now += wait;
      pace.committed();
    };
    for (const silence of [0, 0, 0, 500, 0, 2000, 2001, 0]) commitAfter(silence);
    expect(waits).toEqual([1000, 1250, 1563, 1953, 2000, 2000, 1000, 1250]);
  });

  it('never waits less than it is told', () => {
    const pace = createCommitPace(60_000, 2000, 5000, () => 0);
    pace.committed();
    expect([pace.next(), pace.next()]).toEqual([60_000, 60_000]);
  });

  it.each([
    ['a backlog', 5_000, 2000, 2000, true],
    ['a backlog that ends', 4_999, 2000, 4000, false],
    ['a backlog for long enough', 50_000, 2000, 5000, false],
    ['a burst in no time', 100, 10, 10, false],
  ])('waits on for %s: %j', (_what, records, wait, waited, expected) => {
    expect(createCommitPace(1000, 2000, 5000).waitsOn(records, wait, waited)).toBe(expected);
  });
});
