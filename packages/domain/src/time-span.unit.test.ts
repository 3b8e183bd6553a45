import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestAfter, spanAfter, spanOf, type TimeSpan } from './time-span.ts';

const times = fc.array(fc.nat(9), { maxLength: 6 });
const replacement = fc.option(fc.nat(9), { nil: undefined });

const replaced = (all: readonly number[], index: number | undefined, after: number | undefined): number[] => [
  ...all.filter((_, position) => position !== index),
  ...(after === undefined ? [] : [after]),
];

describe('spans', () => {
  it('after a replacement are those of the times that are left', () => {
    fc.assert(
      fc.property(times, fc.option(fc.nat(), { nil: undefined }), replacement, (all, chosen, after) => {
        const index = chosen === undefined || all.length === 0 ? undefined : chosen % all.length;
        const before = index === undefined ? undefined : all[index];
        const left = replaced(all, index, after);
        expect(spanAfter(spanOf(all), before, after, () => left)).toEqual(spanOf(left));
        expect(latestAfter(spanOf(all)?.last ?? null, before, after, () => left)).toBe(
          spanOf(left)?.last ?? null,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('asks for the others only when an end was taken away', () => {
    const span: TimeSpan = { first: 1, last: 9 };
    const mustNotAsk = (): Iterable<number> => {
      throw new Error('asked for all times');
    };
    expect(spanAfter(span, undefined, 12, mustNotAsk)).toEqual({ first: 1, last: 12 });
    expect(spanAfter(span, 5, undefined, mustNotAsk)).toEqual(span);
    expect(spanAfter(span, 9, 10, mustNotAsk)).toEqual({ first: 1, last: 10 });
    expect(spanAfter(span, 9, 4, () => [1, 4])).toEqual({ first: 1, last: 4 });
    expect(latestAfter(9, 5, 6, mustNotAsk)).toBe(9);
  });
});
