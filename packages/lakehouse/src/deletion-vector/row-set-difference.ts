import { addRows, type Block, EMPTY_ROW_SET, hasRow, type RowSet, rowsOf } from './row-set.ts';

const BLOCK_ROWS = 65_536;

/** Ones in each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

function* difference(set: RowSet, other: RowSet): Generator<number> {
  // Sets that came from one another share the blocks they have in common.
  const blocks = new Map([...set.blocks].filter(([number, block]) => other.blocks.get(number) !== block));
  for (const row of rowsOf({ size: set.size, blocks })) if (!hasRow(other, row)) yield row;
}

/** The rows of `set` that are not in `other`. */
export const subtractRows = (set: RowSet, other: RowSet): RowSet =>
  addRows(EMPTY_ROW_SET, difference(set, other));

/** How many values of a sorted list are below `low`. */
const rankInList = (list: Uint16Array, low: number): number => {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (list[middle]! < low) from = middle + 1;
    else to = middle;
  }
  return from;
};

/** Ones before each byte of a bitmap. */
const onesBefore = (bitmap: Uint8Array): Uint32Array => {
  const before = new Uint32Array(bitmap.length);
  for (let byte = 1; byte < bitmap.length; byte++)
    before[byte] = before[byte - 1]! + ONES[bitmap[byte - 1]!]!;
  return before;
};

const rankInBlock = (block: Block): ((low: number) => number) => {
  const { list, bitmap } = block;
  if (list !== null) return (low) => rankInList(list, low);
  const before = onesBefore(bitmap!);
  return (low) => before[low >>> 3]! + ONES[bitmap![low >>> 3]! & ((1 << (low & 7)) - 1)]!;
};

/** For any row, in the set or not: how many rows of the set are below it. Looking one up costs next to nothing. */
export const rankIn = (set: RowSet): ((row: number) => number) => {
  const numbers = [...set.blocks.keys()].sort((a, b) => a - b);
  const ranks = new Map<number, { readonly below: number; readonly rank: (low: number) => number }>();
  const totals: number[] = [];
  let below = 0;
  for (const number of numbers) {
    const block = set.blocks.get(number)!;
    ranks.set(number, { below, rank: rankInBlock(block) });
    below += block.count;
    totals.push(below);
  }
  return (row) => {
    const number = Math.floor(row / BLOCK_ROWS);
    const block = ranks.get(number);
    if (block !== undefined) return block.below + block.rank(row % BLOCK_ROWS);
    const next = numbers.findIndex((candidate) => candidate > number);
    return next === -1 ? below : (totals[next - 1] ?? 0);
  };
};
