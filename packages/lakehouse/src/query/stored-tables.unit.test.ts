import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { vacuumTable } from '../maintenance/vacuum.ts';
import type { Storage } from '../storage.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { createFileCopies } from './file-copies.ts';
import { openLakehouse } from './open-lakehouse.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

/** A store as far as queries can tell: its location is a URL. Counts the files it gave. */
const store =
  (reads: string[]) =>
  async (location: string): Promise<Storage> => {
    const local = localStorage(location.replace('s3://lake', tables.folder));
    return {
      ...local,
      location,
      readRange: (path, start, end) => {
        if (!path.startsWith('_delta_log')) reads.push(path);
        return local.readRange(path, start, end);
      },
    };
  };

describe('tables in a store', () => {
  it('are found and read through copies, each file fetched once', async () => {
    const table = await tables.openUpsert({ path: join(tables.folder, 'silver/orders') });
    const rows = [1, 2, 3].map((value) => ({ id: `id-${value}`, value }));
    await table.upsert(rows, []);
    const reads: string[] = [];
    const lakehouse = openLakehouse({ deltaDir: 's3://lake', openStorage: store(reads) });
    expect(await lakehouse.tables()).toEqual(['silver.orders']);
    const sum = async () => (await lakehouse.query('SELECT sum(value) AS sum FROM silver.orders')).rows;
    expect(await sum()).toEqual([{ sum: 6 }]);
    await table.upsert([{ id: 'id-1', value: 10 }], []);
    expect(await sum()).toEqual([{ sum: 15 }]);
    expect(reads.sort()).toEqual(
      table
        .files()
        .map(({ path }) => path)
        .sort(),
    );
    await lakehouse.close();
  });

  it('keep no more copies than allowed, but those a query uses', async () => {
    const folder = join(tables.folder, 'copies');
    const storage = await store([])('s3://lake');
    for (const name of ['a', 'b', 'c']) await storage.write(name, Buffer.alloc(10));
    const copies = createFileCopies(folder, 20);
    const files = ['a', 'b', 'c'].map((path) => ({ path, bytes: 10 }));
    const used = await copies.open(storage, files);
    expect((await readdir(folder)).length).toBe(3);
    used.release();
    await expect.poll(() => readdir(folder)).toHaveLength(2);
    const again = await copies.open(storage, files.slice(1));
    expect(again.paths).toEqual(used.paths.slice(1));
    again.release();
    await expect(copies.open(storage, [{ path: 'nope', bytes: 10 }])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await copies.close();
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('tables that change under a query', () => {
  it('are read anew when the files of the version at hand were vacuumed', async () => {
    const path = join(tables.folder, 'silver/orders');
    const table = await tables.openUpsert({ path });
    await table.upsert([{ id: 'a', value: 1 }], []);
    let unseen = 0;
    const lakehouse = openLakehouse({
      deltaDir: tables.folder,
      openStorage: async (location) => {
        const local = localStorage(location);
        // The next commit is asked for just before it is there.
        const isUnseen = (name: string): boolean => name.endsWith('02.json') && unseen-- > 0;
        return { ...local, read: async (name) => (isUnseen(name) ? null : local.read(name)) };
      },
    });
    const sum = async () => (await lakehouse.query('SELECT sum(value) AS sum FROM silver.orders')).rows;
    expect(await sum()).toEqual([{ sum: 1 }]);
    await table.upsert([{ id: 'a', value: 2 }], []);
    await vacuumTable(localStorage(path), { retentionMilliseconds: 0, allowShortRetention: true });
    unseen = 1;
    expect(await sum()).toEqual([{ sum: 2 }]);
    expect(unseen).toBeLessThan(1);
    await rm(join(path, table.files()[0]!.path));
    await expect(sum()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(table.files()[0]!.path),
    });
    await lakehouse.close();
  });
});
