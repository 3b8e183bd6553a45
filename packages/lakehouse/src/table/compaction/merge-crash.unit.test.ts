import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../../local-storage.ts';
import { readTable } from '../../read-table.ts';
import { crashingStorage, SimulatedCrash } from '../../testing/crashing-storage.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../../testing/temporary-tables.ts';
import { runMerge } from './run-merge.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

const ROWS = 3000;

/** Every third row is hidden while the merge is under way: its vector is too large for the log and takes a file. */
const isHiddenMeanwhile = (row: number): boolean => row % 3 === 0;

const rowsOf = (rows: readonly number[], value: number) => rows.map((row) => ({ id: `${row}`, value }));

/** Merges two files with one upsert in between; whether it came to its end before the storage crashed. */
const mergeUntilCrash = async (afterChanges: number, lastChangeHappens: boolean): Promise<boolean> => {
  const path = join(tables.folder, 'table');
  const table = await tables.openUpsert();
  const all = Array.from({ length: ROWS }, (_, row) => row);
  await table.upsert(rowsOf(all.slice(0, ROWS / 2), 1), []);
  await table.upsert(rowsOf(all.slice(ROWS / 2), 1), []);
  await table.close();
  const storage = crashingStorage(localStorage(path), { afterChanges, lastChangeHappens });
  const victim = await tables.openUpsert({ path: storage });
  const other = await tables.openUpsert({ indexDir: join(tables.folder, 'other-index') });
  try {
    const job = victim.merges.next({ minFiles: 2 })!;
    const result = await runMerge(job, { storage, announce: null, clock: Date.now });
    await other.upsert(rowsOf(all.filter(isHiddenMeanwhile), 2), []);
    expect(await victim.merges.commit(result)).toMatchObject({ kind: 'merged', rows: (ROWS / 3) * 2 });
    return true;
  } catch (error) {
    if (!(error instanceof SimulatedCrash)) throw error;
    return false;
  }
};

describe('a crash at any file operation of a merge', { timeout: 60_000 }, () => {
  it.each([true, false])('leaves the table as it was or merged (operation made: %s)', async (happens) => {
    for (let changes = 1, ended = false; !ended; changes++) {
      ended = await mergeUntilCrash(changes, happens);
      const reopened = await tables.openUpsert();
      await reopened.upsert([{ id: 'new', value: 3 }], [{ id: '1' }]);
      const rows = await rowsById(reopened);
      const wasHidden = rows.some(({ value }) => value === 2);
      const expected = Array.from({ length: ROWS }, (_, row) => ({
        id: `${row}`,
        value: wasHidden && isHiddenMeanwhile(row) ? 2 : 1,
      }))
        .concat({ id: 'new', value: 3 })
        .filter(({ id }) => id !== '1')
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(rows).toEqual(expected);
      expect(await rowsById(await readTable({ path: join(tables.folder, 'table') }))).toEqual(expected);
      const live = reopened.files().map(({ path }) => path);
      expect(await tables.filesIn('table')).toEqual(expect.arrayContaining(live));
      // The output, a commit that comes too late, the vector file, the commit; then the crash is not reached.
      expect(changes).toBeLessThanOrEqual(5);
      await tables.remove();
      tables = await temporaryTables();
    }
  });
});
