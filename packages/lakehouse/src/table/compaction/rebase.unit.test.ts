import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRows, EMPTY_ROW_SET, hasRow, rowsOf } from '../../deletion-vector/row-set.ts';
import { rebaseMerge } from './rebase.ts';

/** What happened to a row between reading and committing: hidden before, hidden now. */
const row = fc.record({ before: fc.boolean(), now: fc.boolean() });
const file = fc.record({ rows: fc.array(row, { maxLength: 40 }), gone: fc.boolean() });

const setOf = (flags: readonly boolean[]) =>
  addRows(
    EMPTY_ROW_SET,
    flags.flatMap((hidden, number) => (hidden ? [number] : [])),
  );

describe('the rebase of a merge', () => {
  it('leaves exactly the rows visible that are visible in the inputs', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 6 }), fc.boolean(), (files, onlyHides) => {
        const settled = files.map(({ rows, gone }) => ({
          gone,
          rows: onlyHides ? rows.map(({ before, now }) => ({ before, now: now || before })) : rows,
        }));
        // The model: the output is the list of the rows that were visible, each by its name.
        const output = settled.flatMap(({ rows }, at) =>
          rows.flatMap(({ before }, number) => (before ? [] : [`${at}/${number}`])),
        );
        const visible = settled.flatMap(({ rows, gone }, at) =>
          gone ? [] : rows.flatMap(({ now }, number) => (now ? [] : [`${at}/${number}`])),
        );
        let firstRow = 0;
        const hidden = rebaseMerge(
          settled.map(({ rows, gone }) => {
            const count = rows.filter(({ before }) => !before).length;
            firstRow += count;
            return {
              firstRow: firstRow - count,
              rows: count,
              hiddenThen: setOf(rows.map(({ before }) => before)),
              hiddenNow: gone ? null : setOf(rows.map(({ now }) => now)),
            };
          }),
        );
        if (!visible.every((name) => output.includes(name))) expect(hidden).toBeNull();
        else expect(output.filter((_, number) => !hasRow(hidden!, number))).toEqual(visible);
      }),
      { numRuns: 300 },
    );
  });

  it('hides nothing when nothing changed', () => {
    const hidden = addRows(EMPTY_ROW_SET, [1, 5]);
    const rebased = rebaseMerge([{ firstRow: 0, rows: 8, hiddenThen: hidden, hiddenNow: hidden }]);
    expect([...rowsOf(rebased!)]).toEqual([]);
  });
});
