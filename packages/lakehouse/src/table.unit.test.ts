import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from './local-storage.ts';
import { type Action, formatActions, parseActions } from './log/actions.ts';
import { commitPath } from './log/log-paths.ts';
import { column, type Row, type TableSchema } from './schema/table-schema.ts';
import type { Storage } from './storage.ts';
import { openTable } from './table.ts';
import type { DeltaTable, OpenTableOptions } from './table-types.ts';

const SCHEMA: TableSchema = [column.string('id', { nullable: false }), column.long('value')];

let folder: string;
let opened: DeltaTable[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'table-'));
  opened = [];
});

afterEach(async () => {
  for (const table of opened) await table.close();
  await rm(folder, { recursive: true });
});

const open = async (options: Partial<OpenTableOptions> = {}): Promise<DeltaTable> => {
  const table = await openTable({
    path: join(folder, 'table'),
    name: 'bronze.events',
    schema: SCHEMA,
    kind: 'append',
    ...options,
  });
  opened.push(table);
  return table;
};

const openUpsert = (options: Partial<OpenTableOptions> = {}): Promise<DeltaTable> =>
  open({ name: 'silver.rows', kind: { upsert: ['id'] }, indexDir: join(folder, 'index'), ...options });

const rowsOf = async (table: DeltaTable): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const row of table.scanRows()) rows.push(row);
  return rows.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
};

const filesIn = async (path: string): Promise<string[]> => (await readdir(join(folder, path))).sort();

const actionsOf = async (version: number): Promise<readonly Action[]> =>
  parseActions(await readFile(join(folder, 'table', commitPath(version)), 'utf8'));

describe('openTable', () => {
  it('creates a plain table for appends and one with deletion vectors for upserts', async () => {
    await open();
    expect((await actionsOf(0)).find(({ protocol }) => protocol)?.protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 2,
    });
    await openUpsert({ path: join(folder, 'upsert') });
    const text = await readFile(join(folder, 'upsert', commitPath(0)), 'utf8');
    const created = parseActions(text);
    expect(created.find(({ protocol }) => protocol)?.protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['deletionVectors'],
      writerFeatures: ['deletionVectors', 'appendOnly', 'invariants'],
    });
    expect(created.find(({ metaData }) => metaData)?.metaData).toMatchObject({
      name: 'silver.rows',
      configuration: { 'delta.enableDeletionVectors': 'true' },
    });
  });

  it('creates it once when many open at the same time', async () => {
    const tables = await Promise.all(Array.from({ length: 8 }, () => open()));
    for (const [number, table] of tables.entries()) await table.append([{ id: `${number}` }]);
    await tables[0]!.refresh();
    expect(await rowsOf(tables[0]!)).toHaveLength(8);
  });

  it('adds nullable columns to an existing table; rows of before have null', async () => {
    await (await open()).append([{ id: 'old', value: 1 }]);
    const wider = await open({ schema: [...SCHEMA, column.string('email')] });
    await wider.append([{ id: 'new', value: 2, email: 'a@b.c' }]);
    expect(await rowsOf(wider)).toEqual([
      { id: 'new', value: 2, email: 'a@b.c' },
      { id: 'old', value: 1, email: null },
    ]);
  });

  it.each<[Partial<OpenTableOptions>, string, RegExp]>([
    [{ schema: [SCHEMA[0]!, column.string('value')] }, 'DELTA_SCHEMA_MISMATCH', /column value/],
    [{ partitionColumns: ['id'] }, 'DELTA_SCHEMA_MISMATCH', /partitioned by nothing, not by id/],
    [{ kind: { upsert: ['id'] }, indexDir: '/nowhere' }, 'DELTA_UNSUPPORTED', /deletion vectors/],
  ])('refuses %j for an existing append table', async (options, code, message) => {
    await open();
    await expect(open(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses a table with features it does not know, and names them', async () => {
    await localStorage(join(folder, 'table')).putIfAbsent(
      commitPath(0),
      Buffer.from(
        formatActions([
          {
            protocol: {
              minReaderVersion: 3,
              minWriterVersion: 7,
              readerFeatures: [],
              writerFeatures: ['rowTracking', 'domainMetadata'],
            },
          },
          {
            metaData: {
              id: 'x',
              format: { provider: 'parquet', options: {} },
              schemaString: '{"type":"struct","fields":[]}',
              partitionColumns: [],
              configuration: {},
            },
          },
        ]),
      ),
    );
    await expect(open()).rejects.toMatchObject({
      code: 'DELTA_UNSUPPORTED',
      message: expect.stringContaining('uses rowTracking;'),
    });
  });

  it('refuses upserts by a column that may be null', async () => {
    await expect(openUpsert({ kind: { upsert: ['value'] } })).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: expect.stringContaining('key column value'),
    });
  });
});

describe('append', () => {
  it('writes rows, position and provenance in one commit', async () => {
    const table = await open({ clock: () => 1_700_000_000_000 });
    const result = await table.append([{ id: 'a', value: 1 }, { id: 'b' }], {
      txns: [{ appId: 'cluster/topic/0', expected: null, version: 42 }],
    });
    expect(result).toMatchObject({ version: 1, rowsAdded: 2, rowsRemoved: 0, filesAdded: 1 });
    const actions = await actionsOf(1);
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
    expect((await open()).position('cluster/topic/0')).toBe(42);
  });

  it('lets two writers through, one after the other', async () => {
    const [first, second] = [await open(), await open()];
    const results = await Promise.all(
      [first, second].flatMap((table, writer) =>
        Array.from({ length: 10 }, (_, batch) => table.append([{ id: `${writer}-${batch}` }])),
      ),
    );
    expect(results.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    await first.refresh();
    expect(await rowsOf(first)).toHaveLength(20);
  });

  it('refuses a position that is not the table’s and leaves no file behind', async () => {
    const [zombie, owner] = [await open(), await open()];
    const step = { appId: 'app', expected: null, version: 5 };
    await owner.append([{ id: 'a' }], { txns: [step] });
    await expect(zombie.append([{ id: 'b' }], { txns: [step] })).rejects.toMatchObject({
      code: 'DELTA_OFFSET_MISMATCH',
      details: { field: 'app', value: 5 },
    });
    await expect(owner.append([{ id: 'c' }], { txns: [{ ...step, expected: 4 }] })).rejects.toMatchObject({
      code: 'DELTA_OFFSET_MISMATCH',
    });
    expect((await filesIn('table')).filter((name) => name.endsWith('.parquet'))).toHaveLength(1);
    expect(zombie.position('app')).toBe(5);
  });

  it('stops when another writer changed the schema, until it is opened again', async () => {
    const table = await open();
    await open({ schema: [...SCHEMA, column.string('email')] });
    await expect(table.append([{ id: 'a' }])).rejects.toMatchObject({ code: 'DELTA_CONFLICT' });
    await expect(table.append([{ id: 'a' }])).rejects.toMatchObject({ code: 'DELTA_CONFLICT' });
    expect(await rowsOf(await open())).toEqual([]);
  });

  it('names the column of a value that does not fit and writes nothing', async () => {
    const table = await open();
    await expect(table.append([{ id: 'a' }, { value: 1 }])).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: 'column id must not be null',
    });
    expect(table.version()).toBe(0);
    expect(await filesIn('table')).toEqual(['_delta_log']);
  });

  it('commits nothing for nothing', async () => {
    const table = await open();
    expect(await table.append([])).toMatchObject({ version: 0, filesAdded: 0 });
    expect(await filesIn('table/_delta_log')).toEqual(['00000000000000000000.json']);
  });

  it('keeps rows of each partition in files of their own', async () => {
    const schema = [...SCHEMA, column.date('day'), column.string('region')];
    const table = await open({ schema, partitionColumns: ['day', 'region'] });
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
    expect(await rowsOf(await open({ schema, partitionColumns: ['day', 'region'] }))).toEqual(rows);
  });
});

describe('upsert', () => {
  it('has one row per key, the last of a batch, and deletes by key', async () => {
    const table = await openUpsert();
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
    expect(await rowsOf(table)).toEqual([{ id: 'a', value: 3 }]);
    // The first file has no visible row left: it is removed, not kept under a full vector.
    expect(table.files()).toHaveLength(1);
  });

  it('replaces a vector by a remove and an add of the same path, with bounds that are not tight any more', async () => {
    const table = await openUpsert();
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
    const [first, second] = [await actionsOf(2), await actionsOf(3)];
    const added = first.find(({ add }) => add)?.add;
    expect(first.find(({ remove }) => remove)?.remove?.path).toBe(added?.path);
    expect(added?.deletionVector?.cardinality).toBe(1);
    expect(JSON.parse(added?.stats ?? '')).toMatchObject({ numRecords: 3, tightBounds: false });
    expect(second.find(({ remove }) => remove)?.remove?.deletionVector).toEqual(added?.deletionVector);
    expect(second.find(({ add }) => add)?.add?.deletionVector?.cardinality).toBe(2);
  });

  it('tells keys of several columns and types apart', async () => {
    const schema = [
      column.string('customer_id', { nullable: false }),
      column.long('order_id', { nullable: false }),
      column.int('value'),
    ];
    const table = await openUpsert({ schema, kind: { upsert: ['customer_id', 'order_id'] } });
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
    const table = await openUpsert();
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await table.close();
    const elsewhere = await openUpsert({ indexDir: join(folder, 'lost') });
    await elsewhere.upsert([{ id: 'a', value: 2 }], []);
    const late = await openUpsert();
    await late.upsert([{ id: 'a', value: 3 }], []);
    await late.close();
    const other = await openUpsert({ path: join(folder, 'other') });
    await other.upsert([{ id: 'a', value: 9 }], []);
    await other.upsert([{ id: 'a', value: 10 }], []);
    expect(await rowsOf(other)).toEqual([{ id: 'a', value: 10 }]);
    await elsewhere.refresh();
    expect(await rowsOf(elsewhere)).toEqual([
      { id: 'a', value: 3 },
      { id: 'b', value: 1 },
    ]);
  });

  it('refuses a missing key', async () => {
    const table = await openUpsert();
    await expect(table.upsert([{ value: 1 }], [])).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: expect.stringContaining('key column id'),
    });
  });
});

describe('checkpoints', () => {
  it('come every ten commits and carry the table', async () => {
    const table = await openUpsert();
    for (let number = 1; number <= 25; number++) {
      await table.upsert([{ id: `${number % 4}`, value: number }], [], {
        txns: [{ appId: 'app', expected: number === 1 ? null : number - 1, version: number }],
      });
    }
    const log = await filesIn('table/_delta_log');
    expect(log.filter((name) => name.endsWith('.checkpoint.parquet'))).toEqual([
      '00000000000000000010.checkpoint.parquet',
      '00000000000000000020.checkpoint.parquet',
    ]);
    for (let version = 0; version <= 20; version++) await rm(join(folder, 'table', commitPath(version)));
    const reopened = await openUpsert({ indexDir: join(folder, 'another-index') });
    expect(reopened.position('app')).toBe(25);
    expect(await rowsOf(reopened)).toEqual([
      { id: '0', value: 24 },
      { id: '1', value: 25 },
      { id: '2', value: 22 },
      { id: '3', value: 23 },
    ]);
  });

  it('that cannot be written do not fail the commit', async () => {
    const inner = localStorage(join(folder, 'table'));
    const storage: Storage = {
      ...inner,
      replace: async () => {
        throw new PlatformError('DISK_FULL', 'no space left');
      },
    };
    const table = await open({ path: storage });
    for (let number = 0; number < 12; number++) await table.append([{ id: `${number}` }]);
    expect(table.version()).toBe(12);
    expect(await rowsOf(await open())).toHaveLength(12);
  });
});

describe('optimize', () => {
  it('waits for enough files and moves rows without changing them', async () => {
    const table = await open();
    for (let number = 0; number < 15; number++)
      await table.append([{ id: `${100 + number}`, value: number }]);
    expect(await table.optimize()).toBe(0);
    await table.append([{ id: '115', value: 15 }]);
    const before = await rowsOf(table);
    expect(await table.optimize()).toBe(16);
    expect(table.files()).toHaveLength(1);
    expect(await rowsOf(table)).toEqual(before);
    const actions = await actionsOf(table.version());
    expect(
      actions.flatMap(({ add, remove }) => ((add ?? remove) ? [(add ?? remove)!.dataChange] : [])),
    ).toEqual(Array.from({ length: 17 }, () => false));
  });

  it('gives up when another writer changes a file it merges', async () => {
    const inner = localStorage(join(folder, 'table'));
    let beforeCommit: () => Promise<void> = async () => {};
    const storage: Storage = {
      ...inner,
      putIfAbsent: async (path, data) => {
        const run = beforeCommit;
        beforeCommit = async () => {};
        await run();
        return inner.putIfAbsent(path, data);
      },
    };
    const table = await openUpsert({ path: storage });
    const other = await openUpsert({ indexDir: join(folder, 'other-index') });
    await table.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await table.upsert(
      [
        { id: 'c', value: 1 },
        { id: 'd', value: 1 },
      ],
      [],
    );
    await other.refresh();
    beforeCommit = async () => void (await other.upsert([{ id: 'a', value: 2 }], []));
    expect(await table.optimize({ minFiles: 2 })).toBe(0);
    expect((await rowsOf(table)).map(({ value }) => value)).toEqual([2, 1, 1, 1]);
    expect(await table.optimize({ minFiles: 2 })).toBeGreaterThan(0);
    await table.upsert([{ id: 'd', value: 3 }], []);
    expect((await rowsOf(table)).map(({ value }) => value)).toEqual([2, 1, 1, 3]);
  });
});

describe('a table on disk', () => {
  it('tells its history', async () => {
    const table = await openUpsert();
    await table.upsert([{ id: 'a' }], []);
    const history = await table.history();
    expect(history.map(({ version, operation }) => [version, operation])).toEqual([
      [1, 'MERGE'],
      [0, 'CREATE TABLE'],
    ]);
    expect(await table.history(1)).toHaveLength(1);
  });

  it('that lost a file is named with its path', async () => {
    const table = await open();
    await table.append([{ id: 'a' }]);
    const [file] = table.files();
    await rm(join(folder, 'table', file!.path));
    await expect(rowsOf(table)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(file!.path),
    });
    await writeFile(join(folder, 'table', file!.path), 'half a file');
    await expect(rowsOf(table)).rejects.toMatchObject({ code: 'DELTA_CORRUPT' });
  });
});
