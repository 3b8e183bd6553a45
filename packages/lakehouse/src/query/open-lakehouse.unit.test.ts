import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column, type Row, type TableSchema } from '../schema/table-schema.ts';
import type { DeltaTable, OpenTableOptions } from '../table-types.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { openLakehouse } from './open-lakehouse.ts';
import type { Lakehouse } from './query-types.ts';

let tables: TemporaryTables;
let lakehouse: Lakehouse;

beforeEach(async () => {
  tables = await temporaryTables();
  lakehouse = openLakehouse({ deltaDir: tables.folder, threads: 1, memoryLimit: '128MB' });
});

afterEach(async () => {
  await lakehouse.close();
  await tables.remove();
});

const ORDERS: TableSchema = [column.string('id', { nullable: false }), column.long('n')];

const openOrders = (options: Partial<OpenTableOptions> = {}): Promise<DeltaTable> =>
  tables.openUpsert({
    path: join(tables.folder, 'silver/orders'),
    name: 'silver.orders',
    schema: ORDERS,
    ...options,
  });

const rowsOf = async (sql: string) => (await lakehouse.query(sql)).rows;

const numbered = (count: number, from = 0): Row[] =>
  Array.from({ length: count }, (_, index) => ({ id: `id-${from + index}`, n: from + index }));

describe('openLakehouse', () => {
  it('sees what was committed before each query, hidden rows left out', async () => {
    const orders = await openOrders();
    await orders.upsert(numbered(100), []);
    expect(await rowsOf('SELECT count(*) AS count, sum(n) AS sum FROM silver.orders')).toEqual([
      { count: 100, sum: 4950 },
    ]);
    await orders.upsert([{ id: 'id-7', n: 1007 }], [{ id: 'id-8' }, { id: 'id-99' }]);
    expect(await rowsOf('SELECT count(*) AS count, sum(n) AS sum FROM silver.orders')).toEqual([
      { count: 98, sum: 4950 + 1000 - 8 - 99 },
    ]);
    const result = await lakehouse.query('FROM Silver.ORDERS WHERE n IN ($1, 9) ORDER BY n', [1007]);
    expect(result).toEqual({
      columns: [
        { name: 'id', type: 'VARCHAR' },
        { name: 'n', type: 'BIGINT' },
      ],
      rows: [
        { id: 'id-9', n: 9 },
        { id: 'id-7', n: 1007 },
      ],
      truncated: false,
      tables: [{ name: 'silver.orders', version: orders.version() }],
    });
  });

  it('hides the right rows of wide vectors, at block ends and past the last hidden row', async () => {
    const orders = await openOrders();
    await orders.upsert(numbered(70_000), []);
    const gone = [
      0,
      7,
      8,
      63,
      4096,
      65_535,
      65_536,
      69_990,
      ...Array.from({ length: 5000 }, (_, i) => 10_000 + 2 * i),
    ];
    await orders.upsert(
      [],
      gone.map((n) => ({ id: `id-${n}` })),
    );
    const hidden = new Set(gone);
    const left = numbered(70_000)
      .filter(({ n }) => !hidden.has(n as number))
      .map(({ n }) => n);
    const { rows } = await lakehouse.query('SELECT n FROM silver.orders ORDER BY n', [], {
      maxRows: 100_000,
    });
    expect(rows.map(({ n }) => n)).toEqual(left);
  }, 30_000);

  it('reads tables as they were, several versions in one query', async () => {
    let now = Date.UTC(2026, 0, 1);
    const orders = await openOrders({ clock: () => now });
    await orders.upsert([{ id: 'a', n: 1 }], []);
    const first = orders.version();
    now += 3_600_000;
    await orders.upsert([{ id: 'a', n: 2 }], []);
    expect(await rowsOf(`SELECT n FROM silver.orders VERSION AS OF ${first}`)).toEqual([{ n: 1 }]);
    expect(await rowsOf(`SELECT orders.n FROM silver.orders AT (VERSION => ${first})`)).toEqual([{ n: 1 }]);
    expect(
      await rowsOf(`SELECT silver.orders.n AS now, o.n AS was FROM silver.orders
        JOIN silver.orders VERSION AS OF ${first} o USING (id)`),
    ).toEqual([{ now: 2, was: 1 }]);
    await expect(rowsOf('FROM silver.orders VERSION AS OF 77')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/there is no version 77; versions 0 to \d+ can be read/),
    });
    await expect(rowsOf("FROM silver.orders TIMESTAMP AS OF '2020-01-01'")).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/2020-01-01/),
    });
  });

  it('gives every type as plain data, nulls and empty tables included', async () => {
    const schema: TableSchema = [
      column.boolean('flag'),
      column.int('small'),
      column.long('big'),
      column.double('rate'),
      column.decimal('amount', 18, 2),
      column.decimal('huge', 38, 4),
      column.date('day'),
      column.timestamp('at'),
      column.binary('raw'),
      column.list('items', {
        type: 'struct',
        fields: [column.string('sku'), column.decimal('price', 18, 2)],
      }),
      column.struct('address', [column.string('city'), column.struct('geo', [column.double('lat')])]),
      column.map('by_channel', { type: 'struct', fields: [column.int('delivered')] }),
    ];
    const table = await tables.openAppend({ path: join(tables.folder, 'bronze/types'), schema });
    const select = 'SELECT * FROM bronze.types ORDER BY small';
    const empty = await lakehouse.query(select);
    await table.append([
      {
        flag: true,
        small: -1,
        big: 9_007_199_254_740_993n,
        rate: 0.25,
        amount: 12_050,
        huge: -123_456_789_012_345_678_901n,
        day: '2024-02-29',
        at: 1_700_000_000_123.456,
        raw: Buffer.from([0, 255]),
        items: [{ sku: 'ü', price: 5 }],
        address: { city: 'Zürich', geo: { lat: 47.5 } },
        by_channel: { EMAIL: { delivered: 3 } },
      },
      {},
    ]);
    const result = await lakehouse.query(select);
    expect(result.columns).toEqual(empty.columns);
    expect(empty.rows).toEqual([]);
    expect(result.columns.map(({ type }) => type)).toEqual([
      'BOOLEAN',
      'INTEGER',
      'BIGINT',
      'DOUBLE',
      'DECIMAL(18,2)',
      'DECIMAL(38,4)',
      'DATE',
      'TIMESTAMP WITH TIME ZONE',
      'BLOB',
      'STRUCT("sku" VARCHAR, "price" DECIMAL(18,2))[]',
      'STRUCT("city" VARCHAR, "geo" STRUCT("lat" DOUBLE))',
      'MAP(VARCHAR, STRUCT("delivered" INTEGER))',
    ]);
    expect(result.rows).toEqual([
      {
        flag: true,
        small: -1,
        big: '9007199254740993',
        rate: 0.25,
        amount: '120.50',
        huge: '-12345678901234567.8901',
        day: '2024-02-29',
        at: '2023-11-14T22:13:20.123456Z',
        raw: 'AP8=',
        items: [{ sku: 'ü', price: '0.05' }],
        address: { city: 'Zürich', geo: { lat: 47.5 } },
        by_channel: { EMAIL: { delivered: 3 } },
      },
      Object.fromEntries(schema.map(({ name }) => [name, null])),
    ]);
  });

  it('takes partition values from the log, in their types', async () => {
    const table = await tables.openAppend({
      path: join(tables.folder, 'bronze/parts'),
      schema: [
        column.string('id'),
        column.date('day'),
        column.string('region'),
        column.decimal('price', 9, 2),
      ],
      partitionColumns: ['day', 'region', 'price'],
    });
    await table.append([
      { id: 'a', day: '2024-01-01', region: 'eu west', price: 150 },
      { id: 'b', day: '2024-01-02', region: "ü/1%'[*]?", price: 250 },
      { id: 'c', day: null, region: null, price: null },
    ]);
    expect(await rowsOf('FROM bronze.parts ORDER BY id')).toEqual([
      { id: 'a', day: '2024-01-01', region: 'eu west', price: '1.50' },
      { id: 'b', day: '2024-01-02', region: "ü/1%'[*]?", price: '2.50' },
      { id: 'c', day: null, region: null, price: null },
    ]);
    expect(await rowsOf("SELECT id FROM bronze.parts WHERE day > DATE '2024-01-01' AND price > 2")).toEqual([
      { id: 'b' },
    ]);
  });

  it('mixes files written before and after a column was added, and columns named as DuckDB names its own', async () => {
    const before = [column.string('id'), column.long('file_index')];
    const options = { path: join(tables.folder, 'silver/odd "name"'), kind: { upsert: ['id'] } as const };
    const table = await tables.openUpsert({
      ...options,
      schema: [column.string('id', { nullable: false }), ...before.slice(1)],
    });
    await table.upsert(
      [
        { id: 'a', file_index: 5 },
        { id: 'b', file_index: 6 },
      ],
      [],
    );
    const wider = await tables.openUpsert({
      ...options,
      schema: [
        column.string('id', { nullable: false }),
        ...before.slice(1),
        column.long('file_row_number'),
        column.timestamp('order'),
      ],
    });
    await wider.upsert([{ id: 'a', file_index: 7, file_row_number: 70, order: 0 }], []);
    expect(await rowsOf('FROM silver."odd ""name""" ORDER BY id')).toEqual([
      { id: 'a', file_index: 7, file_row_number: 70, order: '1970-01-01T00:00:00.000Z' },
      { id: 'b', file_index: 6, file_row_number: null, order: null },
    ]);
  });

  it('tells the tables there are when one is unknown', async () => {
    await expect(rowsOf('FROM silver.orders')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `there is no table silver.orders: there are none in ${tables.folder} yet`,
    });
    await openOrders();
    await tables.openAppend({ path: join(tables.folder, 'bronze/events') });
    // The root of a disk of its own has such a folder, which nobody but root may list.
    await mkdir(join(tables.folder, 'lost+found/table/_delta_log'), { recursive: true });
    expect(await lakehouse.tables()).toEqual(['bronze.events', 'silver.orders']);
    for (const name of ['orders', 'silver.nope', 'a.silver.orders', '"../silver".orders', "'silver/orders'"])
      await expect(rowsOf(`FROM ${name}`)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/^there is no table .*: there are bronze.events, silver.orders$/),
      });
  });

  it('goes on after a table was deleted and made anew', async () => {
    const orders = await openOrders();
    await orders.upsert(numbered(3), []);
    await orders.upsert(numbered(4), []);
    expect(await rowsOf('SELECT count(*) AS n FROM silver.orders')).toEqual([{ n: 4 }]);
    await orders.close();
    await rm(join(tables.folder, 'silver'), { recursive: true });
    await rm(join(tables.folder, 'index'), { recursive: true });
    await expect(rowsOf('FROM silver.orders')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await (await openOrders()).upsert(numbered(2), []);
    expect(await rowsOf('SELECT count(*) AS n FROM silver.orders')).toEqual([{ n: 2 }]);
  });
});
