import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRows, EMPTY_ROW_SET, rowsOf } from './row-set.ts';
import { rankIn, subtractRows } from './row-set-difference.ts';

/** Rows that fill lists and bitmaps of a few blocks, with gaps between the blocks. */
const rows = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 300_000 }), { maxLength: 60 }),
    fc.option(fc.record({ from: fc.nat(200_000), step: fc.integer({ min: 1, max: 3 }) }), { nil: null }),
  )
  .map(([few, dense]) => {
    const many = dense === null ? [] : Array.from({ length: 5000 }, (_, n) => dense.from + n * dense.step);
    return [...new Set([...few, ...many])].sort((a, b) => a - b);
  });

const setOf = (of: readonly number[]) => addRows(EMPTY_ROW_SET, of);

describe('a row set', () => {
  it('counts its rows below any row', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(350_000), { maxLength: 20 }), (of, probes) => {
        const rank = rankIn(setOf(of));
        const some = [...probes, ...of.filter((_, at) => at % 101 === 0)];
        expect(some.map(rank)).toEqual(some.map((row) => of.filter((other) => other < row).length));
      }),
      { numRuns: 40 },
    );
  });

  it('subtracts another one, also one it came from', () => {
    fc.assert(
      fc.property(rows, rows, (left, right) => {
        const without = new Set(right);
        const expected = left.filter((row) => !without.has(row));
        const subtracted = subtractRows(setOf(left), setOf(right));
        expect([...rowsOf(subtracted)]).toEqual(expected);
        expect(subtracted.size).toBe(expected.length);
        const grown = addRows(setOf(right), left);
        expect([...rowsOf(subtractRows(grown, setOf(right)))]).toEqual(expected);
        const before = setOf(right);
        expect([...rowsOf(subtractRows(addRows(before, left), before))]).toEqual(expected);
        expect(subtractRows(before, addRows(before, left)).size).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
