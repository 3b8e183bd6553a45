import { addRows, EMPTY_ROW_SET, type RowSet, rowsOf } from '../../deletion-vector/row-set.ts';
import { rankIn, subtractRows } from '../../deletion-vector/row-set-difference.ts';

/** An input of a merge: where its visible rows begin in the output, and which rows were and are hidden. */
export type RebaseInput = {
  readonly firstRow: number;
  /** Rows of it in the output: those not hidden when it was read. */
  readonly rows: number;
  readonly hiddenThen: RowSet;
  /** Null when the file is not part of the table any more: none of its rows is visible in it. */
  readonly hiddenNow: RowSet | null;
};

function* hiddenMeanwhile({ firstRow, rows, hiddenThen, hiddenNow }: RebaseInput): Generator<number> {
  if (hiddenNow === null) {
    for (let row = 0; row < rows; row++) yield firstRow + row;
    return;
  }
  const rank = rankIn(hiddenThen);
  // A row's place among the visible ones is its number less the hidden ones before it.
  for (const row of rowsOf(subtractRows(hiddenNow, hiddenThen))) yield firstRow + row - rank(row);
}

/**
 * The rows of a merge's output that must be hidden for it to hold exactly the rows that are visible in its inputs now;
 * null when that is not possible, because a row that was hidden when the inputs were read is visible again. The
 * content of a data file never changes, so it does not matter who hid or removed what, and why.
 */
export const rebaseMerge = (inputs: readonly RebaseInput[]): RowSet | null => {
  let hidden = EMPTY_ROW_SET;
  for (const input of inputs) {
    if (input.hiddenNow === input.hiddenThen) continue;
    if (input.hiddenNow !== null && subtractRows(input.hiddenThen, input.hiddenNow).size > 0) return null;
    hidden = addRows(hidden, hiddenMeanwhile(input));
  }
  return hidden;
};
