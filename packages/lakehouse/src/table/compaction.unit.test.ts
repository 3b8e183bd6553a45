import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import type { AddFile } from '../log/actions.ts';
import type { Storage } from '../storage.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { chooseFiles } from './compaction.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('the files of a merge', () => {
  const MEBIBYTE = 1024 * 1024;
  const filesOf = (count: number, size: number): AddFile[] =>
    Array.from({ length: count }, (_, number) => ({
      path: `${number}.parquet`,
      partitionValues: {},
      size,
      modificationTime: number,
      dataChange: true,
      stats: '{"numRecords":100}',
    }));

  it.each([
    [1, 20],
    [4, 16],
    [5, 12],
    [31, 2],
  ])('of %d MiB and few rows are %d, where all of them filled the memory', (mebibytes, count) => {
    expect(chooseFiles(filesOf(20, mebibytes * MEBIBYTE), 16)).toHaveLength(count);
  });

  it('do not include one that is large in bytes, however few its rows', () => {
    const [large] = filesOf(1, 32 * MEBIBYTE);
    expect(chooseFiles([large!, ...filesOf(16, 1000)], 16)).toEqual(filesOf(16, 1000));
    expect(chooseFiles(filesOf(20, 32 * MEBIBYTE), 16)).toEqual([]);
  });
});

describe('optimize', { timeout: 30_000 }, () => {
  it('waits for enough files and moves rows without changing them', async () => {
    const table = await tables.openAppend();
    for (let number = 0; number < 15; number++)
      await table.append([{ id: `${100 + number}`, value: number }]);
    expect(await table.optimize()).toBe(0);
    await table.append([{ id: '115', value: 15 }]);
    const before = await rowsById(table);
    expect(await table.optimize()).toBe(16);
    expect(table.files()).toHaveLength(1);
    expect(await rowsById(table)).toEqual(before);
    const actions = await tables.actionsOf(table.version());
    expect(
      actions.flatMap(({ add, remove }) => ((add ?? remove) ? [(add ?? remove)!.dataChange] : [])),
    ).toEqual(Array.from({ length: 17 }, () => false));
  });

  it('gives up when another writer changes a file it merges', async () => {
    const inner = localStorage(join(tables.folder, 'table'));
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
    const table = await tables.openUpsert({ path: storage });
    const other = await tables.openUpsert({ indexDir: join(tables.folder, 'other-index') });
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
    expect((await rowsById(table)).map(({ value }) => value)).toEqual([2, 1, 1, 1]);
    expect(await table.optimize({ minFiles: 2 })).toBeGreaterThan(0);
    await table.upsert([{ id: 'd', value: 3 }], []);
    expect((await rowsById(table)).map(({ value }) => value)).toEqual([2, 1, 1, 3]);
  });
});
