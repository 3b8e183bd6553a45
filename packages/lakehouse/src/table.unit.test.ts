import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from './local-storage.ts';
import { formatActions, parseActions } from './log/actions.ts';
import { commitPath } from './log/log-paths.ts';
import { column } from './schema/table-schema.ts';
import type { Storage } from './storage.ts';
import type { OpenTableOptions } from './table-types.ts';
import { ID_AND_VALUE, rowsById, type TemporaryTables, temporaryTables } from './testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('openTable', { timeout: 30_000 }, () => {
  it('creates a plain table for appends and one with deletion vectors for upserts', async () => {
    await tables.openAppend();
    expect((await tables.actionsOf(0)).find(({ protocol }) => protocol)?.protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 2,
    });
    await tables.openUpsert({ path: join(tables.folder, 'upsert') });
    const text = await readFile(join(tables.folder, 'upsert', commitPath(0)), 'utf8');
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
    const writers = await Promise.all(Array.from({ length: 8 }, () => tables.openAppend()));
    for (const [number, table] of writers.entries()) await table.append([{ id: `${number}` }]);
    await writers[0]!.refresh();
    expect(await rowsById(writers[0]!)).toHaveLength(8);
  });

  it('adds nullable columns to an existing table; rows of before have null', async () => {
    await (await tables.openAppend()).append([{ id: 'old', value: 1 }]);
    const wider = await tables.openAppend({ schema: [...ID_AND_VALUE, column.string('email')] });
    await wider.append([{ id: 'new', value: 2, email: 'a@b.c' }]);
    expect(await rowsById(wider)).toEqual([
      { id: 'new', value: 2, email: 'a@b.c' },
      { id: 'old', value: 1, email: null },
    ]);
  });

  it('adds a column once when several open with it at the same time', async () => {
    await tables.openAppend();
    const schema = [...ID_AND_VALUE, column.string('email')];
    const writers = await Promise.all(Array.from({ length: 6 }, () => tables.openAppend({ schema })));
    for (const [number, table] of writers.entries())
      await table.append([{ id: `${number}`, email: 'a@b.c' }]);
    const history = await writers[5]!.history();
    expect(history.filter(({ operation }) => operation === 'ADD COLUMNS')).toHaveLength(1);
  });

  it.each<[Partial<OpenTableOptions>, string, RegExp]>([
    [{ schema: [ID_AND_VALUE[0]!, column.string('value')] }, 'DELTA_SCHEMA_MISMATCH', /column value/],
    [{ partitionColumns: ['id'] }, 'DELTA_SCHEMA_MISMATCH', /partitioned by nothing, not by id/],
    [{ kind: { upsert: ['value'] }, indexDir: '/nowhere' }, 'DELTA_SCHEMA_MISMATCH', /key column value/],
  ])('refuses %j for an existing append table', async (options, code, message) => {
    await tables.openAppend();
    await expect(tables.openAppend(options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('refuses a table with features it does not know, and names them', async () => {
    await localStorage(join(tables.folder, 'table')).putIfAbsent(
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
    await expect(tables.openAppend()).rejects.toMatchObject({
      code: 'DELTA_UNSUPPORTED',
      message: expect.stringContaining('uses rowTracking;'),
    });
  });

  it('refuses upserts by a column that may be null', async () => {
    await expect(tables.openUpsert({ kind: { upsert: ['value'] } })).rejects.toMatchObject({
      code: 'DELTA_SCHEMA_MISMATCH',
      message: expect.stringContaining('key column value'),
    });
  });
});

describe('checkpoints', { timeout: 30_000 }, () => {
  it('come every ten commits and carry the table', async () => {
    const table = await tables.openUpsert();
    for (let number = 1; number <= 25; number++) {
      await table.upsert([{ id: `${number % 4}`, value: number }], [], {
        txns: [{ appId: 'app', expected: number === 1 ? null : number - 1, version: number }],
      });
    }
    const log = await tables.filesIn('table/_delta_log');
    expect(log.filter((name) => name.endsWith('.checkpoint.parquet'))).toEqual([
      '00000000000000000010.checkpoint.parquet',
      '00000000000000000020.checkpoint.parquet',
    ]);
    for (let version = 0; version <= 20; version++)
      await rm(join(tables.folder, 'table', commitPath(version)));
    const reopened = await tables.openUpsert({ indexDir: join(tables.folder, 'another-index') });
    expect(reopened.position('app')).toBe(25);
    expect(await rowsById(reopened)).toEqual([
      { id: '0', value: 24 },
      { id: '1', value: 25 },
      { id: '2', value: 22 },
      { id: '3', value: 23 },
    ]);
  });

  it('that cannot be written do not fail the commit', async () => {
    const inner = localStorage(join(tables.folder, 'table'));
    const storage: Storage = {
      ...inner,
      replace: async () => {
        throw new PlatformError('DISK_FULL', 'no space left');
      },
    };
    const table = await tables.openAppend({ path: storage });
    for (let number = 0; number < 12; number++) await table.append([{ id: `${number}` }]);
    expect(table.version()).toBe(12);
    expect(await rowsById(await tables.openAppend())).toHaveLength(12);
  });
});

describe('a table on disk', { timeout: 30_000 }, () => {
  it('tells its history', async () => {
    const table = await tables.openUpsert();
    await table.upsert([{ id: 'a' }], []);
    const history = await table.history();
    expect(history.map(({ version, operation }) => [version, operation])).toEqual([
      [1, 'MERGE'],
      [0, 'CREATE TABLE'],
    ]);
    expect(await table.history(1)).toHaveLength(1);
  });

  it('that lost a file is named with its path', async () => {
    const table = await tables.openAppend();
    await table.append([{ id: 'a' }]);
    const [file] = table.files();
    await rm(join(tables.folder, 'table', file!.path));
    await expect(rowsById(table)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(file!.path),
    });
    await writeFile(join(tables.folder, 'table', file!.path), 'half a file');
    await expect(rowsById(table)).rejects.toMatchObject({ code: 'DELTA_CORRUPT' });
  });
});
