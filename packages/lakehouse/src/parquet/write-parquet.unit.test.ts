import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { column, type Row, type TableSchema } from '../schema/table-schema.ts';
import { readParquet } from './read-parquet.ts';
import { writeParquet } from './write-parquet.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
});

afterAll(() => rm(folder, { recursive: true }));

const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 4 });

const SCHEMA: TableSchema = [
  column.string('text'),
  column.boolean('flag'),
  column.int('small'),
  column.long('big'),
  column.double('rate'),
  column.decimal('cents', 18, 2),
  column.decimal('huge', 38, 6),
  column.decimal('tiny', 4, 1),
  column.date('day'),
  column.timestamp('at'),
  column.binary('raw'),
  column.list(
    'list',
    { type: 'struct', fields: [column.long('n'), column.string('s')] },
    { containsNull: true },
  ),
  column.struct('struct', [column.string('a'), column.struct('deep', [column.timestamp('b')])]),
  column.map('map', { type: 'decimal', precision: 18, scale: 2 }, { valueContainsNull: true }),
];

const bigOf = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

const ROW: fc.Arbitrary<Row> = fc.record({
  text: nullable(fc.string({ unit: 'binary' })),
  flag: nullable(fc.boolean()),
  small: nullable(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  big: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(bigOf)),
  rate: nullable(fc.double()),
  cents: nullable(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }).map(bigOf)),
  huge: nullable(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(bigOf)),
  tiny: nullable(fc.integer({ min: -9999, max: 9999 })),
  day: nullable(
    fc
      .integer({ min: -700_000, max: 2_900_000 })
      .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
  ).filter((day) => day === null || /^\d{4}-/.test(day)),
  at: nullable(fc.integer({ min: -8.64e15, max: 8.64e15 })),
  raw: nullable(fc.uint8Array({ maxLength: 9 })),
  list: nullable(
    fc.array(nullable(fc.record({ n: nullable(fc.integer()), s: nullable(fc.string()) })), { maxLength: 4 }),
  ),
  struct: nullable(
    fc.record({ a: nullable(fc.string()), deep: nullable(fc.record({ b: nullable(fc.integer()) })) }),
  ),
  map: nullable(
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), nullable(fc.integer()), { noNullPrototype: true }),
  ),
});

const write = async (schema: TableSchema, rows: readonly Row[]) => {
  const file = writeParquet(schema, rows);
  await writeFile(join(folder, 'file.parquet'), file.data);
  return {
    file,
    read: await readParquet(localStorage(folder), 'file.parquet', file.data.byteLength, schema),
  };
};

describe('a Parquet file', { timeout: 30_000 }, () => {
  it('gives back the rows that went in, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ROW, { minLength: 1, maxLength: 30 }), async (rows) => {
        const { read } = await write(SCHEMA, rows);
        expect(read).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it.each([-62_135_596_800_000, 253_402_300_799_999, 1.795e15, -8.64e15, 9_007_199_254_740.992, -1.5])(
    'holds the timestamp %d, which more than 286 years from 1970 was refused',
    async (at) => {
      expect((await write([column.timestamp('at')], [{ at }])).read).toEqual([{ at }]);
    },
  );

  it('has no rows when there are none', async () => {
    const { read, file } = await write(SCHEMA, []);
    expect(read).toEqual([]);
    expect(JSON.parse(file.stats)).toEqual({
      numRecords: 0,
      minValues: {},
      maxValues: {},
      nullCount: expect.anything(),
      tightBounds: true,
    });
  });

  it('has null for columns it was written without', async () => {
    await write([column.string('a')], [{ a: 'x' }, { a: 'y' }]);
    const { bytes } = (await localStorage(folder).list('.')).find(({ path }) => path === 'file.parquet')!;
    const read = await readParquet(localStorage(folder), 'file.parquet', bytes, [column.long('b')]);
    expect(read).toEqual([{ b: null }, { b: null }]);
  });

  it('that is no Parquet file is named', async () => {
    await writeFile(join(folder, 'broken.parquet'), Buffer.alloc(50));
    await expect(readParquet(localStorage(folder), 'broken.parquet', 50, SCHEMA)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(join(folder, 'broken.parquet')),
    });
  });
});

describe('values that do not fit', () => {
  it.each([
    ['text', 5, 'column text takes a string, got 5'],
    ['flag', 'yes', 'column flag takes true or false, got "yes"'],
    ['small', 2 ** 31, 'column small takes a whole number of 32 bits'],
    ['big', 2 ** 53, 'column big takes a whole number of 64 bits'],
    ['big', 2n ** 63n, 'column big takes a whole number of 64 bits'],
    ['cents', 12.5, 'column cents takes the unscaled whole number of a decimal(18,2), got 12.5'],
    ['tiny', 10_000, 'column tiny takes the unscaled whole number of a decimal(4,1), got 10000'],
    ['cents', 10n ** 18n, 'column cents takes'],
    ['day', '2023-02-29', 'column day takes a date as YYYY-MM-DD'],
    ['day', 19_000, 'column day takes a date'],
    ['at', '2024-01-01', 'column at takes epoch milliseconds'],
    ['at', Number.NaN, 'column at takes epoch milliseconds'],
    ['at', 8.64e15 + 1, 'column at takes epoch milliseconds'],
    ['at', Number.NEGATIVE_INFINITY, 'column at takes epoch milliseconds'],
    ['raw', 'bytes', 'column raw takes bytes'],
    ['list', {}, 'column list takes a list, got an object'],
    ['list', [{ n: 'x', s: null }], 'column list.element.n takes'],
    ['struct', [], 'column struct takes an object, got a list'],
    ['struct', { deep: { b: 'now' } }, 'column struct.deep.b takes epoch milliseconds'],
    ['map', { a: 0.1 }, 'column map.value takes'],
  ])('are refused with the column: %s %o', (name, value, message) => {
    expect(() => writeParquet(SCHEMA, [{ [name]: value }])).toThrow(
      expect.objectContaining({ code: 'DELTA_SCHEMA_MISMATCH', message: expect.stringContaining(message) }),
    );
  });

  it('nulls are refused where none may be', () => {
    const schema = [
      column.string('id', { nullable: false }),
      column.list('items', { type: 'struct', fields: [column.string('sku', { nullable: false })] }),
    ];
    expect(() => writeParquet(schema, [{}])).toThrow('column id must not be null');
    expect(() => writeParquet(schema, [{ id: 'a', items: [null] }])).toThrow(
      'column items.element must not be null',
    );
    expect(() => writeParquet(schema, [{ id: 'a', items: [{ sku: null }] }])).toThrow(
      'column items.element.sku must not be null',
    );
  });
});

describe('statistics', { timeout: 30_000 }, () => {
  it('bound every value and count the nulls', () => {
    fc.assert(
      fc.property(fc.array(ROW, { minLength: 1, maxLength: 20 }), (rows) => {
        const stats = JSON.parse(writeParquet(SCHEMA, rows).stats);
        expect(stats.numRecords).toBe(rows.length);
        for (const name of ['text', 'small', 'day', 'raw', 'flag']) {
          expect(stats.nullCount[name]).toBe(rows.filter((row) => row[name] === null).length);
        }
        for (const { text, small } of rows) {
          if (typeof text === 'string' && stats.minValues.text !== undefined) {
            const bytes = Buffer.from(text);
            expect(Buffer.compare(Buffer.from(stats.minValues.text), bytes)).toBeLessThanOrEqual(0);
            if (stats.maxValues.text !== undefined) {
              expect(Buffer.compare(Buffer.from(stats.maxValues.text), bytes)).toBeGreaterThanOrEqual(0);
            }
          }
          if (typeof small === 'number') {
            expect(stats.minValues.small).toBeLessThanOrEqual(small);
            expect(stats.maxValues.small).toBeGreaterThanOrEqual(small);
          }
        }
      }),
    );
  });

  it('are exact where JavaScript numbers are not', () => {
    const { stats } = writeParquet(SCHEMA, [
      { big: 9_007_199_254_740_993n, cents: -5, huge: 12_345_678_901_234_567_890_123n },
      { big: -9_223_372_036_854_775_808n, cents: 120_50 },
    ]);
    expect(stats).toContain('"big":-9223372036854775808');
    expect(stats).toContain('"big":9007199254740993');
    expect(stats).toContain('"cents":-0.05');
    expect(stats).toContain('"cents":120.50');
    expect(stats).toContain('"huge":12345678901234567.890123');
  });

  it('leave out the bounds of a column with NaN or an infinity, which JSON cannot say', () => {
    const stats = JSON.parse(writeParquet(SCHEMA, [{ rate: 1 }, { rate: Number.NaN }]).stats);
    expect(stats.minValues).toEqual({});
    expect(stats.maxValues).toEqual({});
    expect(stats.nullCount.rate).toBe(0);
  });

  it('round microseconds outwards to milliseconds', () => {
    const stats = JSON.parse(writeParquet(SCHEMA, [{ at: 1.25 }, { at: 2.75 }]).stats);
    expect(stats.minValues.at).toBe('1970-01-01T00:00:00.001Z');
    expect(stats.maxValues.at).toBe('1970-01-01T00:00:00.003Z');
  });
});
