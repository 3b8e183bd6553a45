import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLakehouse } from './query/open-lakehouse.ts';
import type { Lakehouse } from './query/query-types.ts';
import { column, type Row, type TableSchema } from './schema/table-schema.ts';
import { openTable } from './table.ts';
import type { DeltaTable, TableKind } from './table-types.ts';
import { readWithDeltalake } from './testing/python-delta-reader.ts';
import { preparePython, runPython } from './testing/python-environment.ts';

const EVERY_TYPE: TableSchema = [
  column.string('id', { nullable: false }),
  column.boolean('active'),
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
    fields: [column.string('sku', { nullable: false }), column.decimal('price', 18, 2)],
  }),
  column.struct('address', [column.string('city'), column.struct('geo', [column.double('lat')])]),
  column.map('by_channel', { type: 'struct', fields: [column.int('delivered')] }),
];

const row = (number: number): Row => ({
  id: `row-${number}`,
  active: number % 2 === 0,
  small: -number,
  big: 9_007_199_254_740_993n + BigInt(number),
  rate: number / 4,
  amount: 12_050 - number,
  huge: 123_456_789_012_345_678_901n + BigInt(number),
  day: '2024-02-29',
  at: 1_700_000_000_123 + number,
  raw: Buffer.from([0, number % 256]),
  items: number % 3 === 0 ? [] : [{ sku: 'ü', price: number }],
  address: { city: 'Zürich', geo: { lat: 47.5 } },
  by_channel: { EMAIL: { delivered: number } },
});

/** `row` as delta-rs must show it. */
const expectedRow = (number: number): unknown => ({
  id: `row-${number}`,
  active: number % 2 === 0,
  small: -number,
  big: String(9_007_199_254_740_993n + BigInt(number)),
  rate: number / 4,
  amount: ((12_050 - number) / 100).toFixed(2),
  huge: `12345678901234567.${String(8901 + number).padStart(4, '0')}`,
  day: '2024-02-29',
  at: new Date(1_700_000_000_123 + number).toISOString().replace('Z', '000Z'),
  raw: Buffer.from([0, number % 256]).toString('base64'),
  items: number % 3 === 0 ? [] : [{ sku: 'ü', price: (number / 100).toFixed(2) }],
  address: { city: 'Zürich', geo: { lat: 47.5 } },
  by_channel: [['EMAIL', { delivered: number }]],
});

const APPEND_WITH_DELTA_RS = `
import datetime, json, sys
from arro3.core import Array, DataType, Field, Schema, Table
from deltalake import write_deltalake
request = json.load(sys.stdin)
fields = [Field("id", DataType.utf8(), nullable=False), Field("at", DataType.timestamp("us", tz="UTC"), nullable=True)]
columns = [Array(request["ids"], DataType.utf8()), Array([2000] * len(request["ids"]), DataType.int64()).cast(DataType.timestamp("us", tz="UTC"))]
write_deltalake(request["path"], Table.from_arrays(columns, schema=Schema(fields)), mode="append")
`;

let folder: string;
let lakehouse: Lakehouse;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cross-reading-'));
  lakehouse = openLakehouse({ deltaDir: folder, threads: 1 });
  await preparePython();
}, 300_000);

afterAll(async () => {
  await lakehouse.close();
  await rm(folder, { recursive: true });
});

const open = (name: string, kind: TableKind, schema = EVERY_TYPE): Promise<DeltaTable> =>
  openTable({
    path: join(folder, 'test', name),
    name,
    schema,
    kind,
    indexDir: join(folder, `${name}-index`),
  });

const duckdbRows = async (table: DeltaTable, select: string): Promise<unknown[]> => {
  const sql = `${select} FROM test."${table.name}"`;
  return [...(await lakehouse.query(sql, [], { maxRows: Number.POSITIVE_INFINITY })).rows];
};

const allRows = async (table: DeltaTable): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const row of table.scanRows()) rows.push(row);
  return rows;
};

const expectSameEverywhere = async (table: DeltaTable): Promise<void> => {
  const ours = (await allRows(table)).map(({ id, at }) => `${id} ${at}`).sort();
  const deltalake = await readWithDeltalake(table.location, 'select id, at from t');
  expect(deltalake.map(({ id, at }) => `${id} ${Date.parse(at as string)}`).sort()).toEqual(ours);
  const viaDuckdb = await duckdbRows(table, 'SELECT id, epoch_ms("at") AS "at"');
  expect((viaDuckdb as { id: string; at: number }[]).map(({ id, at }) => `${id} ${at}`).sort()).toEqual(ours);
};

describe('cross-reading', { timeout: 120_000 }, () => {
  it('delta-rs reads every type of an append table as written, nulls and statistics included', async () => {
    const table = await open('every-type', 'append');
    await table.append([row(1), row(2), row(3), { id: 'row-nulls' }]);
    const rows = await readWithDeltalake(
      table.location,
      "select * from t where id <> 'row-nulls' order by id",
    );
    expect(rows).toEqual([expectedRow(1), expectedRow(2), expectedRow(3)]);
    const nulls = await readWithDeltalake(table.location, 'select * from t where amount is null');
    expect(nulls).toEqual([
      { ...Object.fromEntries(EVERY_TYPE.map(({ name }) => [name, null])), id: 'row-nulls' },
    ]);
    const pruned = await readWithDeltalake(
      table.location,
      "select count(*) as n from t where amount = 120.48 and at >= '2023-11-14T22:13:20.125Z' and big = 9007199254740995",
    );
    expect(pruned).toEqual([{ n: 1 }]);
    const viaDuckdb = await duckdbRows(table, 'SELECT id, amount, big, huge');
    expect(viaDuckdb).toContainEqual({
      id: 'row-2',
      amount: '120.48',
      big: '9007199254740995',
      huge: '12345678901234567.8903',
    });
    await table.close();
  });

  it('delta-rs finds the files and values of partitions', async () => {
    const table = await openTable({
      path: join(folder, 'partitioned'),
      name: 'partitioned',
      schema: [column.string('id', { nullable: false }), column.date('day'), column.string('region')],
      kind: 'append',
      partitionColumns: ['day', 'region'],
    });
    const rows = [
      { id: 'a', day: '2024-01-01', region: 'eu west' },
      { id: 'b', day: null, region: 'ü/1%' },
    ];
    await table.append(rows);
    expect(await readWithDeltalake(table.location, 'select id, day, region from t order by id')).toEqual(
      rows,
    );
  });

  it('all readers see the same upserted rows: replaced, deleted, checkpointed, merged, and as they were', async () => {
    const table = await open('upserted', { upsert: ['id'] });
    await table.upsert(
      Array.from({ length: 3000 }, (_, number) => row(number)),
      [],
    );
    await expectSameEverywhere(table);
    // One wide vector goes into a file of its own, the narrow ones of single rows stay inline.
    await table.upsert(
      Array.from({ length: 1000 }, (_, number) => ({ ...row(number * 3), at: number })),
      [{ id: 'row-1' }],
    );
    await expectSameEverywhere(table);
    const before = await readWithDeltalake(table.location, 'select count(*) n, sum(small) s from t');
    const versionBefore = table.version();
    for (let number = 0; number < 20; number++) {
      await table.upsert([{ ...row(number), at: 7 }], [{ id: `row-${2000 + number}` }]);
    }
    await expectSameEverywhere(table);
    expect((await table.optimize({ minFiles: 2 })).filesRemoved).toBeGreaterThan(0);
    await expectSameEverywhere(table);
    expect(
      await readWithDeltalake(table.location, 'select count(*) n, sum(small) s from t', {
        version: versionBefore,
      }),
    ).toEqual(before);
    await table.close();
  });

  it.each([{ kind: 'append' as const }, { kind: { upsert: ['id'] } }])(
    'goes on after delta-rs appended to a table of kind $kind',
    async ({ kind }) => {
      const name = `delta-rs-writes-${kind === 'append' ? 'append' : 'upsert'}`;
      const table = await open(name, kind, [
        column.string('id', { nullable: false }),
        column.timestamp('at'),
      ]);
      const write = (rows: readonly Row[]) =>
        kind === 'append' ? table.append(rows) : table.upsert(rows, []);
      await write([{ id: 'ours', at: 1 }]);
      await runPython(
        { code: APPEND_WITH_DELTA_RS },
        { path: table.location, ids: ['theirs', 'also theirs'] },
      );
      await write([{ id: 'theirs', at: 3 }]);
      await expectSameEverywhere(table);
      const rows = await readWithDeltalake(
        table.location,
        'select id, count(*) n from t group by id order by id',
      );
      expect(rows).toEqual([
        { id: 'also theirs', n: 1 },
        { id: 'ours', n: 1 },
        { id: 'theirs', n: kind === 'append' ? 2 : 1 },
      ]);
      await table.close();
    },
  );

  it('goes on after delta-rs restored an older version, positions kept', async () => {
    const schema = [column.string('id', { nullable: false }), column.timestamp('at')];
    const table = await open('shared', { upsert: ['id'] }, schema);
    await table.upsert(
      [
        { id: 'a', at: 1 },
        { id: 'b', at: 1 },
      ],
      [],
      { txns: [{ appId: 'app', expected: null, version: 5 }] },
    );
    const restoreTo = table.version();
    await table.upsert([{ id: 'a', at: 2 }], [{ id: 'b' }]);
    await runPython(
      {
        code: 'import json,sys; from deltalake import DeltaTable; i=json.load(sys.stdin); DeltaTable(i["path"]).restore(i["version"])',
      },
      { path: table.location, version: restoreTo },
    );
    await table.refresh();
    await expectSameEverywhere(table);
    expect(table.position('app')).toBe(5);
    // The rows that came back have to be found by key again, or they would be there twice.
    await table.upsert([{ id: 'a', at: 3 }], [{ id: 'b' }], {
      txns: [{ appId: 'app', expected: 5, version: 6 }],
    });
    const rows = await readWithDeltalake(table.location, 'select * from t');
    expect(rows).toEqual([{ id: 'a', at: '1970-01-01T00:00:00.003000Z' }]);
    await table.close();
  });
});
