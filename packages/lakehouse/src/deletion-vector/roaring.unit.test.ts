import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRowSet, serialiseRowSet } from './roaring.ts';
import { addRows, EMPTY_ROW_SET, hasRow, rowsOf } from './row-set.ts';

const DELTA_MAGIC = 1_681_511_377;

const rowNumber = fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 2 ** 33 }));

/** A dense stretch, so that blocks grow from lists into bitmaps. */
const stretch = fc
  .record({ start: fc.integer({ min: 0, max: 140_000 }), length: fc.integer({ min: 1, max: 9000 }) })
  .map(({ start, length }) => Array.from({ length }, (_, index) => start + index));

const ascending = (rows: Iterable<number>): number[] => [...new Set(rows)].sort((a, b) => a - b);

describe('a row set', { timeout: 30_000 }, () => {
  it('holds what was added in however many parts, and reads back the same', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.array(rowNumber), stretch), { maxLength: 5 }), (parts) => {
        const set = parts.reduce(addRows, EMPTY_ROW_SET);
        const expected = ascending(parts.flat());
        expect(set.size).toBe(expected.length);
        expect([...rowsOf(set)]).toEqual(expected);
        const read = parseRowSet(serialiseRowSet(set));
        expect(read.size).toBe(expected.length);
        expect([...rowsOf(read)]).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('knows its members', () => {
    fc.assert(
      fc.property(stretch, fc.integer({ min: 0, max: 200_000 }), (rows, probe) => {
        expect(hasRow(addRows(EMPTY_ROW_SET, rows), probe)).toBe(rows.includes(probe));
      }),
    );
  });

  it('is not changed by additions', () => {
    const before = addRows(
      EMPTY_ROW_SET,
      Array.from({ length: 5000 }, (_, row) => row),
    );
    addRows(before, [9000]);
    expect(hasRow(before, 9000)).toBe(false);
    expect(before.size).toBe(5000);
  });
});

describe('the Roaring format', () => {
  it('is the portable one: magic, buckets, cookie, count, key and cardinality, offset, values', () => {
    expect(serialiseRowSet(addRows(EMPTY_ROW_SET, [3, 4])).toString('hex')).toBe(
      'd1d33964' +
        '0100000000000000' +
        '00000000' +
        '3a300000' +
        '01000000' +
        '0000' +
        '0100' +
        '10000000' +
        '0300' +
        '0400',
    );
  });

  it('reads run containers, which other writers make', () => {
    const bytes = Buffer.alloc(12 + 4 + 4 + 1 + 4 + 2 + 8);
    bytes.writeUInt32LE(DELTA_MAGIC, 0);
    bytes.writeBigUInt64LE(1n, 4);
    bytes.writeUInt32LE(0, 12);
    bytes.writeUInt32LE(12_347, 16);
    bytes.writeUInt8(1, 20);
    bytes.writeUInt16LE(2, 21);
    bytes.writeUInt16LE(6, 23);
    bytes.writeUInt16LE(2, 25);
    bytes.writeUInt16LE(10, 27);
    bytes.writeUInt16LE(4, 29);
    bytes.writeUInt16LE(100, 31);
    bytes.writeUInt16LE(1, 33);
    expect([...rowsOf(parseRowSet(bytes))]).toEqual(
      [10, 11, 12, 13, 14, 100, 101].map((low) => 2 * 65_536 + low),
    );
  });

  it('refuses what is damaged', () => {
    const bytes = serialiseRowSet(addRows(EMPTY_ROW_SET, [1, 2, 3]));
    expect(() => parseRowSet(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short/);
    expect(() => parseRowSet(Buffer.alloc(20))).toThrow(/magic/);
  });
});
