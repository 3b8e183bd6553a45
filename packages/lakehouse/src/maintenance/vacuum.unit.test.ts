import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { readTable } from '../read-table.ts';
import type { Storage } from '../storage.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { SHORTEST_SAFE_RETENTION, vacuumTable } from './vacuum.ts';

const HOUR = 3_600_000;
const LEFTOVER = '.0b9e1f6a-3b1c-4a53-9d5e-0d6f7a8b9c0d.tmp';

let tables: TemporaryTables;
let root: string;
let storage: Storage;

beforeEach(async () => {
  tables = await temporaryTables();
  root = join(tables.folder, 'table');
  storage = localStorage(root);
});

afterEach(() => tables.remove());

const put = async (path: string, ageMilliseconds = 100 * HOUR): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), 'content');
  const seconds = (Date.now() - ageMilliseconds) / 1000;
  await utimes(join(root, path), seconds, seconds);
};

const filesBelow = async (): Promise<string[]> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : [])).sort();
};

const names = (result: { readonly files: readonly { readonly path: string }[] }): string[] =>
  result.files.map(({ path }) => path);

describe('vacuumTable', { timeout: 30_000 }, () => {
  it('deletes what no version of the retention needs, and only below the retention’s age', async () => {
    const table = await tables.openAppend();
    await table.append([{ id: 'a', value: 1 }]);
    await put('orphan.parquet');
    await put('day=1/orphan.parquet');
    await put('_day=1/orphan.parquet');
    await put(LEFTOVER);
    await put('young.parquet', HOUR);
    for (const kept of [
      '_delta_log/notes.txt',
      '_change_data/cdc.parquet',
      '.hidden',
      '_marker',
      '.git/config',
    ])
      await put(kept);
    const before = await filesBelow();

    const planned = await vacuumTable(storage, { retentionMilliseconds: 2 * HOUR, dryRun: true });
    expect(names(planned)).toEqual([
      LEFTOVER,
      '_day=1/orphan.parquet',
      'day=1/orphan.parquet',
      'orphan.parquet',
    ]);
    expect(planned).toMatchObject({ dryRun: true, bytes: 4 * 'content'.length, version: 1 });
    expect(await filesBelow()).toEqual(before);

    const done = await vacuumTable(storage, { retentionMilliseconds: 2 * HOUR });
    expect(names(done)).toEqual(names(planned));
    const gone = new Set(names(done).map((path) => join(root, path)));
    expect(await filesBelow()).toEqual(before.filter((path) => !gone.has(path)));
    expect(await rowsById(await readTable({ path: root }))).toEqual([{ id: 'a', value: 1 }]);
  });

  it('keeps removed files and outdated vectors until their tombstones expire', async () => {
    const table = await tables.openUpsert();
    const rows = Array.from({ length: 1500 }, (_, index) => ({ id: `row-${index}`, value: 0 }));
    // Every third row: too many for vectors in the log itself.
    const some = rows.filter((_, index) => index % 3 === 0).map((row) => ({ ...row, value: 1 }));
    const others = rows.filter((_, index) => index % 3 === 1).map((row) => ({ ...row, value: 2 }));
    await table.upsert(rows, []);
    await table.upsert(some, []);
    await table.upsert(others, []);
    const vectorFiles = (await readdir(root)).filter((name) => name.startsWith('deletion_vector'));
    expect(vectorFiles).toHaveLength(2);
    const expected = await rowsById(table);

    const soon = () => Date.now() + 1.5 * HOUR;
    expect(names(await vacuumTable(storage, { clock: soon }))).toEqual([]);
    const later = () => Date.now() + 3 * HOUR;
    const vacuumed = names(await vacuumTable(storage, { clock: later }));
    expect(vacuumed).toHaveLength(1);
    expect(vectorFiles).toContain(vacuumed[0]);
    expect(await rowsById(await readTable({ path: root }))).toEqual(expected);

    await table.upsert([], rows);
    const files = names(await vacuumTable(storage, { clock: () => Date.now() + 3 * HOUR }));
    expect(files).toHaveLength(4);
    expect(await rowsById(await readTable({ path: root }))).toEqual([]);
  });

  it('leaves alone what is committed while it runs', async () => {
    const table = await tables.openAppend();
    await table.append([{ id: 'a' }]);
    const racing: Storage = {
      ...storage,
      walk: async function* (folder) {
        await table.append([{ id: 'b' }]);
        yield* storage.walk(folder);
        await table.append([{ id: 'c' }]);
      },
    };
    const clock = () => Date.now() + 1000 * HOUR;
    expect(names(await vacuumTable(racing, { clock }))).toEqual([]);
    expect(await rowsById(await readTable({ path: root }))).toHaveLength(3);
  });

  it('refuses a retention that puts files in flight at risk, unless it is told to', async () => {
    await tables.openAppend();
    await put('orphan.parquet', 10_000);
    for (const retentionMilliseconds of [0, SHORTEST_SAFE_RETENTION - 1, Number.NaN, -1]) {
      await expect(
        vacuumTable(storage, { retentionMilliseconds, name: 'bronze.events' }),
      ).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('bronze.events') });
    }
    const options = { retentionMilliseconds: 0, allowShortRetention: true };
    expect(names(await vacuumTable(storage, options))).toEqual(['orphan.parquet']);
  });

  it('touches nothing in a folder that is no table or whose log is damaged', async () => {
    await put('somebody-elses.parquet');
    await expect(vacuumTable(storage)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await tables.openAppend();
    await put('_delta_log/00000000000000000001.json');
    await expect(vacuumTable(storage)).rejects.toMatchObject({ code: 'DELTA_CORRUPT' });
    expect(await filesBelow()).toContain(join(root, 'somebody-elses.parquet'));
  });
});
