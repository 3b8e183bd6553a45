import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf, type Standing, supersedes } from './standing.ts';

const fact = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.integer(),
  fc.constant(null),
  fc.constantFrom('1', '-', '#1 '),
);

describe('a digest', () => {
  it('is shared by equal lists of facts only', () => {
    const list = fc.array(fact, { maxLength: 4 });
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(digestOf(a) === digestOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not take pieces put together otherwise for the same', () => {
    expect(digestOf(['ab', 'c'])).not.toBe(digestOf(['a', 'bc']));
    expect(digestOf([1, 23])).not.toBe(digestOf([12, 3]));
    expect(digestOf([null])).not.toBe(digestOf(['-']));
    expect(digestOf([1])).not.toBe(digestOf(['1']));
  });
});

describe('of two records of a row', () => {
  const base: Standing = { rank: 0, time: 10, offset: 5, partition: 0, facts: 'a' };
  it.each<[string, Partial<Standing>, boolean]>([
    ['a higher rank counts, older or not', { rank: 1, time: 1, offset: 1 }, true],
    ['a lower time does not count', { time: 9, offset: 9, facts: 'b' }, false],
    ['a later time counts', { time: 11, offset: 1 }, true],
    ['at the same time the later place counts', { offset: 6, facts: 'b' }, true],
    ['a repeat at a later place does not', { offset: 6 }, false],
    ['the same record does not', {}, false],
  ])('%s', (_, changes, expected) => {
    expect(supersedes(base, { ...base, ...changes })).toBe(expected);
  });

  it('a lower rank never counts', () => {
    expect(supersedes({ ...base, rank: 1 }, { ...base, time: 99, facts: 'b' })).toBe(false);
  });
});
