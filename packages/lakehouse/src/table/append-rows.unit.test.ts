import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column } from '../schema/table-schema.ts';
import {
  ID_AND_VALUE,
  rowsById,
  type TemporaryTables,
  temporaryTables,
} from '../testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('append', { timeout: 30_000 }, () => {
  it('writes rows, position and provenance in one commit', async () => {
    const table = await tables.openAppend({ clock: () => 1_700_000_000_000 });
    const result = await table.append([{ id: 'a', value: 1 }, { id: 'b' }], {
      txns: [{ appId: 'cluster/topic/0', expected: null, version: 42 }],
    });
    expect(result).toMatchObject({ version: 1, rowsAdded: 2, rowsRemoved: 0, filesAdded: 1 });
    const actions = await tables.actionsOf(1);
    expect(actions.map((action) => Object.keys(action)[0])).toEqual(['commitInfo', 'add', 'txn']);
    expect(actions[0]?.commitInfo).toMatchObject({
      timestamp: 1_700_000_000_000,
      operation: 'WRITE',
      isBlindAppend: true,
      readVersion: 0,
    });
    expect(JSON.parse(actions[1]?.add?.stats ?? '')).toMatchObject({
      numRecords: 2,
      nullCount: { id: 0, value: 1 },
    });
    expect((await tables.openAppend()).position('cluster/topic/0')).toBe(42);
  });

  it('lets two writers through, one after the other', async () => {
    const [first, second] = [await tables.openAppend(), await tables.openAppend()];
    const results = await Promise.all(
      [first, second].flatMap((table, writer) =>
        Array.from({ length: 10 }, (_, batch) => table.append([{ id: `${writer}-${batch}` }])),
      ),
    );
    expect(results.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    await first.refresh();
    expect(await rowsById(first)).toHaveLength(20);
  });

  it('refuses a position that is not the table’s and leaves no file behind', async () => {
    const [zombie, owner] = [await tables.openAppend(), await tables.openAppend()];
    const step = { appId: 'app', expected: null, version: 5 };
    await owner.append([{ id: 'a' }], { txns: [step] });
    await expect(zombie.append([{ id: 'b' }], { txns: [step] })).rejects.toMatchObject({
      code: 'DELTA_OFFSET_MISMATCH',
      details: { field: 'app', value: 5 },
    });
    await expect(owner.append([{ id: 'c' }], { txns: [{ ...step, expected: 4 }] })).rejects.toMatchObject({
      code: 'DELTA_OFFSET_MISMATCH',
    });
    expect((await tables.filesIn('table')).filter((name) => name.endsWith('.parquet'))).toHaveLength(1);
    expect(zombie.position('app')).toBe(5);
  });

  it('stops when another writer changed the schema, until it is opened again', async () => {
    const table = await tables.openAppend();
    await tables.openAppend({ schema: [...ID_AND_VALUE, column.string('email')] });
    await expect(table.append([{ id: 'a' }])).rejects.toMatchObject({ code: 'DELTA_CONFLICT' });
    await expect(table.append([{ id: 'a' }])).rejects.toMatchObject({ code: 'DELTA_CONFLICT' });
    expect(await rowsById(await tables.openAppend())).toEqual([]);
  });

  it('names the column of a value that does not fit and writes nothing', async () => {
    const table = await tables.openAppend();
    await expect(table.append([{ id: 'a' }, { value: 1 }])).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: 'column id must not be null',
    });
    expect(table.version()).toBe(0);
    expect(await tables.filesIn('table')).toEqual(['_delta_log']);
  });

  it('commits nothing for nothing', async () => {
    const table = await tables.openAppend();
    expect(await table.append([])).toMatchObject({ version: 0, filesAdded: 0 });
    expect(await tables.filesIn('table/_delta_log')).toEqual(['00000000000000000000.json']);
  });

  it('keeps rows of each partition in files of their own', async () => {
    const schema = [...ID_AND_VALUE, column.date('day'), column.string('region')];
    const table = await tables.openAppend({ schema, partitionColumns: ['day', 'region'] });
    const rows = [
      { id: 'a', value: 1, day: '2024-01-01', region: 'eu west' },
      { id: 'b', value: 2, day: '2024-01-01', region: 'eu west' },
      { id: 'c', value: 3, day: null, region: 'ü/1' },
    ];
    await table.append(rows);
    const files = table.files();
    expect(files.map(({ partitionValues }) => partitionValues)).toEqual([
      { day: '2024-01-01', region: 'eu west' },
      { day: null, region: 'ü/1' },
    ]);
    expect(await rowsById(await tables.openAppend({ schema, partitionColumns: ['day', 'region'] }))).toEqual(
      rows,
    );
  });
});
