/**
 * A set of row numbers of one file, kept by blocks of 65 536 rows as Roaring bitmaps are: a sorted list of the
 * low 16 bits while a block has few of them, a bitmap when it has many. Sets are immutable; blocks are shared.
 */
export type RowSet = {
  readonly size: number;
  /** By block number (row >>> 16), in any order. */
  readonly blocks: ReadonlyMap<number, Block>;
};

export type Block = {
  readonly count: number;
  /** Sorted low bits, at most `MAX_LIST` of them, or a bitmap of 8192 bytes. */
  readonly list: Uint16Array | null;
  readonly bitmap: Uint8Array | null;
};

/** The Roaring format's limit between a list and a bitmap. */
export const MAX_LIST = 4096;

const BLOCK_ROWS = 65_536;
export const BITMAP_BYTES = BLOCK_ROWS / 8;

export const EMPTY_ROW_SET: RowSet = { size: 0, blocks: new Map() };

const blockOf = (row: number): number => Math.floor(row / BLOCK_ROWS);

const inList = (list: Uint16Array, low: number): boolean => {
  let from = 0;
  let to = list.length - 1;
  while (from <= to) {
    const middle = (from + to) >>> 1;
    const value = list[middle]!;
    if (value === low) return true;
    if (value < low) from = middle + 1;
    else to = middle - 1;
  }
  return false;
};

/** True when the row is in the set. */
export const hasRow = (set: RowSet, row: number): boolean => {
  const block = set.blocks.get(blockOf(row));
  if (block === undefined) return false;
  const low = row % BLOCK_ROWS;
  return block.bitmap === null
    ? inList(block.list!, low)
    : (block.bitmap[low >>> 3]! & (1 << (low & 7))) !== 0;
};

const toBitmap = (block: Block | undefined): Uint8Array => {
  if (block?.bitmap) return block.bitmap.slice();
  const bitmap = new Uint8Array(BITMAP_BYTES);
  for (const low of block?.list ?? []) bitmap[low >>> 3]! |= 1 << (low & 7);
  return bitmap;
};

/** The block of two sorted lists; `added` is short and may name a row twice. */
const mergeLists = (before: Uint16Array, added: Uint16Array): Block => {
  const list = new Uint16Array(before.length + added.length);
  let count = 0;
  let from = 0;
  for (const low of added) {
    while (from < before.length && before[from]! <= low) list[count++] = before[from++]!;
    if (count === 0 || list[count - 1] !== low) list[count++] = low;
  }
  list.set(before.subarray(from), count);
  count += before.length - from;
  return { count, list: list.subarray(0, count), bitmap: null };
};

const grow = (block: Block | undefined, lows: readonly number[]): Block => {
  if (!block?.bitmap && (block?.count ?? 0) + lows.length <= MAX_LIST) {
    return mergeLists(block?.list ?? new Uint16Array(), Uint16Array.from(lows).sort());
  }
  const bitmap = toBitmap(block);
  let count = block?.count ?? 0;
  for (const low of lows) {
    const mask = 1 << (low & 7);
    if ((bitmap[low >>> 3]! & mask) === 0) {
      bitmap[low >>> 3]! |= mask;
      count++;
    }
  }
  return blockFromBitmap(bitmap, count);
};

/** A block of `count` rows from its bitmap, as a list if it is short enough for one. */
export const blockFromBitmap = (bitmap: Uint8Array, count: number): Block => {
  if (count > MAX_LIST) return { count, list: null, bitmap };
  const list = new Uint16Array(count);
  let next = 0;
  for (let byte = 0; byte < BITMAP_BYTES; byte++) {
    for (let bits = bitmap[byte]!; bits !== 0; bits &= bits - 1) {
      list[next++] = byte * 8 + (31 - Math.clz32(bits & -bits));
    }
  }
  return { count, list, bitmap: null };
};

/** The set with more rows in it. */
export const addRows = (set: RowSet, rows: Iterable<number>): RowSet => {
  const byBlock = new Map<number, number[]>();
  for (const row of rows) {
    const block = blockOf(row);
    const lows = byBlock.get(block);
    if (lows === undefined) byBlock.set(block, [row % BLOCK_ROWS]);
    else lows.push(row % BLOCK_ROWS);
  }
  if (byBlock.size === 0) return set;
  const blocks = new Map(set.blocks);
  let size = set.size;
  for (const [number, lows] of byBlock) {
    const before = blocks.get(number);
    const after = grow(before, lows);
    size += after.count - (before?.count ?? 0);
    blocks.set(number, after);
  }
  return { size, blocks };
};

/** The rows of the set in ascending order. */
export function* rowsOf(set: RowSet): Generator<number> {
  for (const number of [...set.blocks.keys()].sort((a, b) => a - b)) {
    const { list, bitmap } = set.blocks.get(number)!;
    if (list !== null) for (const low of list) yield number * BLOCK_ROWS + low;
    else {
      for (let byte = 0; byte < BITMAP_BYTES; byte++) {
        for (let bits = bitmap![byte]!; bits !== 0; bits &= bits - 1) {
          yield number * BLOCK_ROWS + byte * 8 + (31 - Math.clz32(bits & -bits));
        }
      }
    }
  }
}
