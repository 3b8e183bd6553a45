import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { column, type Row, type TableSchema } from '../schema/table-schema.ts';
import { anyRow, ANY_SCHEMA as SCHEMA } from '../testing/any-rows.ts';
import { readParquet } from './read-parquet.ts';
import { writeParquet } from './write-parquet.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
});

afterAll(() => rm(folder, { recursive: true }));

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
      fc.asyncProperty(fc.array(anyRow({ finite: false }), { minLength: 1, maxLength: 30 }), async (rows) => {
        const { read } = await write(SCHEMA, rows);
        expect(read).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it.each([-62_135_596_800_000, 253_402_300_799_999, 1.795e15, -8.64e15, -1.5])(
    'holds the timestamp %d',
    async (at) => {
      expect((await write([column.timestamp('at')], [{ at }])).read).toEqual([{ at }]);
    },
  );

  it.each([
    ['pages', { rows: 60, text: (n: number) => `${n}`.repeat(30_000) }],
    ['row groups', { rows: 100_003, text: (n: number) => `same ${n % 7}` }],
    ['pages behind a dictionary that was given up', { rows: 3000, text: (n: number) => `ü${n}` }],
  ])('holds rows of several %s', async (_, { rows, text }) => {
    const schema = [column.string('a'), column.list('b', { type: 'string' }), column.boolean('c')];
    const wanted = Array.from({ length: rows }, (_unused, n) => ({
      a: n % 9 === 0 ? null : text(n),
      b: n % 3 === 0 ? null : Array.from({ length: n % 4 }, (_item, m) => text(n + m)),
      c: n % 5 === 0 ? null : n % 2 === 0,
    }));
    const { read, file } = await write(schema, wanted);
    expect(read).toEqual(wanted);
    const nulls = (name: 'a' | 'c') => wanted.filter((row) => row[name] === null).length;
    expect(JSON.parse(file.stats).nullCount).toEqual({ a: nulls('a'), c: nulls('c') });
    const { row_groups } = parquetMetadata(Uint8Array.from(file.data).buffer);
    for (const { columns, num_rows } of row_groups) {
      expect(columns.map(({ meta_data }) => meta_data!.num_values).filter((_v, n) => n !== 1)).toEqual([
        num_rows,
        num_rows,
      ]);
    }
  });

  it('holds a date of a year beyond four digits, and a timestamp no Date can hold', async () => {
    const row = { day: '+012345-01-31', at: 2n ** 63n - 1n };
    const { read, file } = await write([column.date('day'), column.timestamp('at')], [row]);
    expect(read).toEqual([row]);
    expect(JSON.parse(file.stats)).toMatchObject({ minValues: {}, maxValues: {} });
  });

  it('does not have void columns, which are null', async () => {
    const nothing = { name: 'nothing', nullable: true, type: 'void' } as const;
    const schema = [column.int('n'), nothing, column.struct('s', [nothing, column.int('m')])];
    const { read } = await write(schema, [{ n: 1, s: { m: 2 } }]);
    expect(read).toEqual([{ n: 1, nothing: null, s: { nothing: null, m: 2 } }]);
    expect(() => writeParquet(schema, [{ nothing: 1 }])).toThrow('column nothing takes nothing but null');
    expect(() => writeParquet([column.list('l', nothing)], [])).toThrow('column l has no part');
    expect(() => writeParquet([column.struct('s', [nothing])], [])).toThrow('column s has no part');
  });

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
    ['tiny', 128, 'column tiny takes a whole number of 8 bits'],
    ['short', -32_769, 'column short takes a whole number of 16 bits'],
    ['single', 1n, 'column single takes a number'],
    ['by_number', { 1: {} }, 'column by_number takes a Map, got an object'],
    ['by_number', new Map([[1.5, {}]]), 'column by_number.key takes'],
    ['by_number', new Map([[null, {}]]), 'column by_number.key must not be null'],
    ['small', 2 ** 31, 'column small takes a whole number of 32 bits'],
    ['big', 2 ** 53, 'column big takes a whole number of 64 bits'],
    ['big', 2n ** 63n, 'column big takes a whole number of 64 bits'],
    ['cents', 12.5, 'column cents takes the unscaled whole number of a decimal(18,2), got 12.5'],
    ['little', 10_000, 'column little takes the unscaled whole number of a decimal(4,1), got 10000'],
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
