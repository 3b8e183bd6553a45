import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { formatActions } from '../log/actions.ts';
import { commitPath } from '../log/log-paths.ts';
import { column } from '../schema/table-schema.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe.each<{ readonly mode: string; readonly properties: Readonly<Record<string, string>> }>([
  { mode: 'deletion vectors', properties: {} },
  { mode: 'copy-on-write', properties: { 'delta.enableDeletionVectors': 'false' } },
])('upsert with $mode', { timeout: 30_000 }, ({ properties }) => {
  it('has one row per key, the last of a batch, and deletes by key', async () => {
    const table = await tables.openUpsert({ properties });
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
        { id: 'a', value: 2 },
      ],
      [],
    );
    const result = await table.upsert([{ id: 'a', value: 3 }], [{ id: 'b' }, { id: 'a' }, { id: 'absent' }]);
    expect(result).toMatchObject({ rowsAdded: 1, rowsRemoved: 2 });
    expect(await rowsById(table)).toEqual([{ id: 'a', value: 3 }]);
    // The first file has no visible row left: it is removed, not kept under a full vector.
    expect(table.files()).toHaveLength(1);
  });

  it('leaves no file behind when a row does not fit, or when the commit cannot be made', async () => {
    const table = await tables.openUpsert({ properties });
    const two = [
      { id: 'a', value: 1 },
      { id: 'b', value: 1 },
    ];
    await table.upsert(two, []);
    const before = await tables.filesIn('table');
    await expect(table.upsert([{ id: 'a', value: 'one' }], [])).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
    });
    expect(await tables.filesIn('table')).toEqual(before);
    // The version is taken, and what took it cannot be read.
    await localStorage(join(tables.folder, 'table')).write(commitPath(2), Buffer.from('{'));
    await expect(table.upsert([{ id: 'b', value: 2 }], [])).rejects.toMatchObject({ code: 'DELTA_CORRUPT' });
    expect(await tables.filesIn('table')).toEqual(before);
  });

  it('takes a number and a bigint for the same key, also after the index was lost', async () => {
    const schema = [column.long('id', { nullable: false }), column.string('value')];
    const table = await tables.openUpsert({ properties, schema });
    await table.upsert([{ id: 5n, value: 'a' }], []);
    await table.upsert(
      [
        { id: 5, value: 'b' },
        { id: 2n ** 60n, value: 'b' },
      ],
      [],
    );
    const other = await tables.openUpsert({ properties, schema, indexDir: join(tables.folder, 'other') });
    await other.upsert([{ id: 5n, value: 'c' }], [{ id: 2n ** 60n }]);
    expect(await rowsById(other)).toEqual([{ id: 5, value: 'c' }]);
  });

  it('replaces every row of a key that another writer gave several, whatever happened to its files', async () => {
    const table = await tables.openUpsert({ properties });
    const foreign = await tables.openAppend({ properties });
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await foreign.append([
      { id: 'a', value: 2 },
      { id: 'a', value: 3 },
      { id: 'c', value: 1 },
    ]);
    await table.upsert(
      [
        { id: 'b', value: 2 },
        { id: 'c', value: 2 },
      ],
      [],
    );
    await table.upsert([{ id: 'a', value: 4 }], []);
    expect(await rowsById(table)).toEqual([
      { id: 'a', value: 4 },
      { id: 'b', value: 2 },
      { id: 'c', value: 2 },
    ]);
  });

  it('tells keys of several columns and types apart', async () => {
    const schema = [
      column.string('customer_id', { nullable: false }),
      column.long('order_id', { nullable: false }),
      column.int('value'),
    ];
    const table = await tables.openUpsert({
      properties,
      schema,
      kind: { upsert: ['customer_id', 'order_id'] },
    });
    await table.upsert(
      [
        { customer_id: 'a', order_id: 11, value: 1 },
        { customer_id: 'a1', order_id: 1, value: 2 },
        { customer_id: 'x'.repeat(5000), order_id: 1, value: 3 },
      ],
      [],
    );
    await table.upsert(
      [{ customer_id: 'x'.repeat(5000), order_id: 1, value: 4 }],
      [{ customer_id: 'a', order_id: 11 }],
    );
    const values: unknown[] = [];
    for await (const { value } of table.scanRows()) values.push(value);
    expect(values.sort()).toEqual([2, 4]);
  });

  it('finds its rows again with an index that is lost, late, or of another table', async () => {
    const table = await tables.openUpsert({ properties });
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await table.close();
    const elsewhere = await tables.openUpsert({ properties, indexDir: join(tables.folder, 'lost') });
    await elsewhere.upsert([{ id: 'a', value: 2 }], []);
    const late = await tables.openUpsert({ properties });
    await late.upsert([{ id: 'a', value: 3 }], []);
    await late.close();
    const other = await tables.openUpsert({ properties, path: join(tables.folder, 'other') });
    await other.upsert([{ id: 'a', value: 9 }], []);
    await other.upsert([{ id: 'a', value: 10 }], []);
    expect(await rowsById(other)).toEqual([{ id: 'a', value: 10 }]);
    await elsewhere.refresh();
    expect(await rowsById(elsewhere)).toEqual([
      { id: 'a', value: 3 },
      { id: 'b', value: 1 },
    ]);
  });

  it('refuses a missing key', async () => {
    const table = await tables.openUpsert({ properties });
    await expect(table.upsert([{ value: 1 }], [])).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: expect.stringContaining('key column id'),
    });
  });
});

describe('upsert', { timeout: 30_000 }, () => {
  it('replaces a vector by a remove and an add of the same path, with bounds that are not tight any more', async () => {
    const table = await tables.openUpsert();
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
        { id: 'c', value: 1 },
      ],
      [],
    );
    await table.upsert([], [{ id: 'a' }]);
    await table.upsert([], [{ id: 'b' }]);
    const [first, second] = [await tables.actionsOf(2), await tables.actionsOf(3)];
    const added = first.find(({ add }) => add)?.add;
    expect(first.find(({ remove }) => remove)?.remove?.path).toBe(added?.path);
    expect(added?.deletionVector?.cardinality).toBe(1);
    expect(JSON.parse(added?.stats ?? '')).toMatchObject({ numRecords: 3, tightBounds: false });
    expect(second.find(({ remove }) => remove)?.remove?.deletionVector).toEqual(added?.deletionVector);
    expect(second.find(({ add }) => add)?.add?.deletionVector?.cardinality).toBe(2);
  });

  it('rewrites the files of changed rows when the table has no deletion vectors', async () => {
    const table = await tables.openUpsert({ properties: { 'delta.enableDeletionVectors': 'false' } });
    for (const id of ['a', 'b', 'c'])
      await table.upsert(
        [
          { id, value: 1 },
          { id: `${id}2`, value: 1 },
        ],
        [],
      );
    const untouched = table.files()[2]!.path;
    const result = await table.upsert([{ id: 'a', value: 2 }], [{ id: 'b' }]);
    // Both touched files have become one beside the one of the new row.
    expect(result).toMatchObject({ rowsAdded: 1, rowsRemoved: 2, filesAdded: 2 });
    expect(
      table
        .files()
        .map(({ rows }) => rows)
        .sort(),
    ).toEqual([1, 2, 2]);
    expect(table.files().map(({ path }) => path)).toContain(untouched);
    expect((await tables.actionsOf(0)).find(({ protocol }) => protocol)?.protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 2,
    });
    expect((await tables.actionsOf(4)).filter(({ add }) => add?.deletionVector)).toEqual([]);
    expect((await rowsById(table)).map(({ id, value }) => `${id}=${value}`)).toEqual([
      'a=2',
      'a2=1',
      'b2=1',
      'c=1',
      'c2=1',
    ]);
  });

  it('reads vectors of before they were switched off, and rewrites them away', async () => {
    const table = await tables.openUpsert();
    await table.upsert(
      ['a', 'b', 'c'].map((id) => ({ id, value: 1 })),
      [],
    );
    await table.upsert([], [{ id: 'a' }]);
    await table.close();
    const { metaData } = (await tables.actionsOf(0)).find((action) => action.metaData)!;
    const configuration = { ...metaData!.configuration, 'delta.enableDeletionVectors': 'false' };
    await localStorage(join(tables.folder, 'table')).putIfAbsent(
      commitPath(3),
      Buffer.from(formatActions([{ metaData: { ...metaData!, configuration } }])),
    );
    const rewriting = await tables.openUpsert();
    expect(await rowsById(rewriting)).toHaveLength(2);
    await rewriting.upsert([{ id: 'b', value: 2 }], []);
    expect(rewriting.files().map(({ deletedRows }) => deletedRows)).toEqual([0, 0]);
    expect(await rowsById(rewriting)).toEqual([
      { id: 'b', value: 2 },
      { id: 'c', value: 1 },
    ]);
  });

  it('hides both rows of a key that another writer appended a second time', async () => {
    const table = await tables.openUpsert();
    await table.upsert([{ id: 'a', value: 1 }], []);
    const [file] = table.files();
    const storage = localStorage(join(tables.folder, 'table'));
    await storage.write('foreign.parquet', (await storage.read(file!.path))!);
    const { add } = (await tables.actionsOf(1)).find((action) => action.add)!;
    await storage.putIfAbsent(
      commitPath(2),
      Buffer.from(formatActions([{ add: { ...add!, path: 'foreign.parquet' } }])),
    );
    const result = await table.upsert([{ id: 'a', value: 2 }], []);
    expect(result).toMatchObject({ rowsRemoved: 2 });
    expect(await rowsById(table)).toEqual([{ id: 'a', value: 2 }]);
  });

  it('takes the rows of a large batch into the index in steps, and goes on after another writer', async () => {
    const table = await tables.openUpsert();
    const other = await tables.openUpsert({ indexDir: join(tables.folder, 'other') });
    const rows = Array.from({ length: 12_000 }, (_, number) => ({ id: `key-${number}`, value: 1 }));
    await table.upsert(rows, []);
    expect(await other.upsert([{ id: 'key-11999', value: 2 }], [{ id: 'key-0' }])).toMatchObject({
      rowsRemoved: 2,
    });
    expect(await table.upsert([{ id: 'key-11999', value: 3 }], [{ id: 'key-1' }])).toMatchObject({
      rowsRemoved: 2,
    });
    expect(await rowsById(table)).toHaveLength(11_998);
  });
});
