import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addRows, EMPTY_ROW_SET } from '../../deletion-vector/row-set.ts';
import { storeVectors } from '../../deletion-vector/vector-storage.ts';
import { localStorage } from '../../local-storage.ts';
import { formatActions } from '../../log/actions.ts';
import { commitPath } from '../../log/log-paths.ts';
import { column } from '../../schema/table-schema.ts';
import type { Storage } from '../../storage.ts';
import type { DeltaTable } from '../../table-types.ts';
import {
  ID_AND_VALUE,
  rowsById,
  type TemporaryTables,
  temporaryTables,
} from '../../testing/temporary-tables.ts';
import type { MergeResult } from './merge-types.ts';
import { runMerge } from './run-merge.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

/** The table's storage, with something that happens right before the next commit. */
const interruptible = () => {
  const inner = localStorage(join(tables.folder, 'table'));
  let interruption: (() => Promise<unknown>) | null = null;
  const storage: Storage = {
    ...inner,
    putIfAbsent: async (path, data) => {
      const run = interruption;
      interruption = null;
      await run?.();
      return inner.putIfAbsent(path, data);
    },
  };
  return {
    storage,
    beforeCommit: (run: () => Promise<unknown>) => {
      interruption = run;
    },
  };
};

const upsert = (table: DeltaTable, ids: string, value: number) =>
  table.upsert(
    [...ids].map((id) => ({ id, value })),
    [],
  );

const values = async (table: DeltaTable): Promise<string> =>
  (await rowsById(table)).map(({ id, value }) => `${id}${value}`).join(' ');

/** A table of two files, and another writer of it. */
const twoWriters = async () => {
  const { storage, beforeCommit } = interruptible();
  const table = await tables.openUpsert({ path: storage });
  const other = await tables.openUpsert({ indexDir: join(tables.folder, 'other-index') });
  await upsert(table, 'ab', 1);
  await upsert(table, 'cd', 1);
  await other.refresh();
  return { table, other, beforeCommit };
};

/** Carries out the merge that is due, up to its commit. */
const run = async (table: DeltaTable): Promise<MergeResult> =>
  runMerge(table.merges.next({ minFiles: 2 })!, {
    storage: localStorage(join(tables.folder, 'table')),
    announce: null,
    clock: Date.now,
  });

const dataFiles = async (): Promise<string[]> =>
  (await tables.filesIn('table')).filter((name) => name.endsWith('.parquet'));

describe('optimize', { timeout: 30_000 }, () => {
  it('waits for enough files and moves rows without changing them', async () => {
    const table = await tables.openAppend();
    for (let number = 0; number < 15; number++)
      await table.append([{ id: `${100 + number}`, value: number }]);
    expect(await table.optimize()).toMatchObject({ merges: 0, filesRemoved: 0 });
    await table.append([{ id: '115', value: 15 }]);
    const before = await rowsById(table);
    const bytes = table.files().reduce((sum, file) => sum + file.bytes, 0);
    expect(await table.optimize()).toEqual({
      merges: 1,
      filesRemoved: 16,
      filesAdded: 1,
      rows: 16,
      bytesRemoved: bytes,
      bytesAdded: table.files()[0]!.bytes,
      givenUp: [],
    });
    expect(table.files()).toHaveLength(1);
    expect(await rowsById(table)).toEqual(before);
    const actions = await tables.actionsOf(table.version());
    expect(
      actions.flatMap(({ add, remove }) => ((add ?? remove) ? [(add ?? remove)!.dataChange] : [])),
    ).toEqual(Array.from({ length: 17 }, () => false));
  });

  it('merges each partition by itself, and goes on until nothing is left to do', async () => {
    const table = await tables.openAppend({
      schema: [...ID_AND_VALUE, column.date('day')],
      partitionColumns: ['day'],
    });
    for (const id of ['a', 'b'])
      await table.append(
        ['2024-01-01', '2024-01-02', null].map((day) => ({ id: `${id}${day}`, value: 1, day })),
      );
    const before = await rowsById(table);
    expect(await table.optimize({ minFiles: 2 })).toMatchObject({
      merges: 3,
      filesRemoved: 6,
      filesAdded: 3,
    });
    expect(await rowsById(table)).toEqual(before);
    expect(table.files().map(({ partitionValues }) => partitionValues['day'])).toEqual([
      '2024-01-01',
      '2024-01-02',
      null,
    ]);
  });

  it('rewrites a file without the rows that are hidden in it', async () => {
    const table = await tables.openUpsert();
    await upsert(table, 'abcd', 1);
    await table.upsert([], [{ id: 'b' }]);
    expect(await table.optimize()).toMatchObject({ merges: 1, filesRemoved: 1, filesAdded: 1, rows: 3 });
    expect(table.files()).toMatchObject([{ rows: 3, deletedRows: 0 }]);
    await upsert(table, 'c', 2);
    expect(await values(table)).toBe('a1 c2 d1');
  });

  it('carries rows deleted meanwhile over to its output', async () => {
    const { table, other, beforeCommit } = await twoWriters();
    const result = await run(table);
    await table.upsert([{ id: 'b', value: 2 }], []);
    beforeCommit(() => other.upsert([{ id: 'a', value: 3 }], [{ id: 'd' }]));
    expect(await table.merges.commit(result)).toMatchObject({ kind: 'merged', filesRemoved: 1, rows: 1 });
    expect(await values(table)).toBe('a3 b2 c1');
    expect(table.files()).toMatchObject([{ rows: 1 }, { rows: 1 }, { rows: 4, deletedRows: 3 }]);
    await upsert(table, 'bd', 4);
    await upsert(other, 'c', 5);
    await table.refresh();
    expect(await values(table)).toBe('a3 b4 c5 d4');
  });

  it('only removes its inputs when every row was hidden meanwhile', async () => {
    const { table, other } = await twoWriters();
    const result = await run(table);
    // Our own writers remove a file without visible rows; others leave it in the table.
    const actions = await Promise.all(
      result.sources.map(async ({ file }) => {
        const { descriptors } = await storeVectors(localStorage(join(tables.folder, 'table')), [
          addRows(EMPTY_ROW_SET, [0, 1]),
        ]);
        return { add: { ...file, deletionVector: descriptors[0]! } };
      }),
    );
    await writeFile(join(tables.folder, 'table', commitPath(table.version() + 1)), formatActions(actions));
    await table.refresh();
    expect(await table.merges.commit(result)).toMatchObject({ filesRemoved: 2, filesAdded: 0, rows: 0 });
    expect(table.files()).toEqual([]);
    expect(await dataFiles()).toHaveLength(2);
    await upsert(other, 'ab', 2);
    expect(await values(other)).toBe('a2 b2');
  });

  it('gives up when rows have become visible again, and leaves no file', async () => {
    const { table } = await twoWriters();
    await table.upsert([], [{ id: 'a' }]);
    const result = await run(table);
    const actions = result.sources.map(({ file: { deletionVector: _, ...file } }) => ({ add: file }));
    await writeFile(join(tables.folder, 'table', commitPath(table.version() + 1)), formatActions(actions));
    await table.refresh();
    expect(await table.merges.commit(result)).toEqual({
      kind: 'given-up',
      reason: expect.stringContaining('visible again'),
    });
    expect(await values(table)).toBe('a1 b1 c1 d1');
    expect(await dataFiles()).toHaveLength(2);
  });

  it('loses no row to a merge of the same files by somebody else', async () => {
    const { table, other, beforeCommit } = await twoWriters();
    beforeCommit(() => other.optimize({ minFiles: 2 }));
    expect(await table.optimize({ minFiles: 2 })).toMatchObject({
      merges: 0,
      givenUp: [expect.stringContaining('none of its files')],
    });
    expect(await values(table)).toBe('a1 b1 c1 d1');
    expect(table.files()).toHaveLength(1);
  });

  it('leaves no file when the disk is full', async () => {
    const { storage, beforeCommit } = interruptible();
    const full = async (): Promise<never> => {
      throw new PlatformError('DISK_FULL', 'no space left');
    };
    let isFull = false;
    const table = await tables.openUpsert({
      path: { ...storage, write: (path, data) => (isFull ? full() : storage.write(path, data)) },
    });
    const ids = Array.from({ length: 2000 }, (_, row) => `${row}`);
    const rowsOf = (value: number, step: number) =>
      ids.filter((_, row) => row % step === 0).map((id) => ({ id, value }));
    await table.upsert(rowsOf(1, 1).slice(0, 1000), []);
    await table.upsert(rowsOf(1, 1).slice(1000), []);
    const result = await run(table);
    await table.upsert(rowsOf(2, 3), []);
    const before = await dataFiles();
    isFull = true;
    beforeCommit(full);
    await expect(table.merges.commit(result)).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(before).toHaveLength((await dataFiles()).length + 1);
    isFull = false;
    beforeCommit(async () => {});
    expect(await table.optimize({ minFiles: 2 })).toMatchObject({ givenUp: [] });
    expect(await rowsById(table)).toHaveLength(2000);
  });

  it('gives up when another writer is first time and again', async () => {
    const { table, other, beforeCommit } = await twoWriters();
    const result = await run(table);
    let times = 0;
    const getInFirst = async (): Promise<void> => {
      times++;
      await upsert(other, 'a', times);
      beforeCommit(getInFirst);
    };
    beforeCommit(getInFirst);
    expect(await table.merges.commit(result)).toEqual({
      kind: 'given-up',
      reason: expect.stringContaining('others were first 50 times'),
    });
    beforeCommit(async () => {});
    expect(await values(table)).toBe(`a${times} b1 c1 d1`);
    expect(await table.optimize({ minFiles: 2 })).toMatchObject({ givenUp: [] });
  });

  it('gives up when the table was changed to another one meanwhile, and leaves no file', async () => {
    const { table, beforeCommit } = await twoWriters();
    beforeCommit(() => tables.openUpsert({ schema: [...ID_AND_VALUE, column.string('note')] }));
    const before = await dataFiles();
    const { merges, givenUp } = await table.optimize({ minFiles: 2 });
    expect({ merges, givenUp: new Set(givenUp) }).toEqual({
      merges: 0,
      givenUp: new Set([expect.stringContaining('open it again'), expect.stringContaining('metadata')]),
    });
    expect(await dataFiles()).toEqual(before);
  });
});
