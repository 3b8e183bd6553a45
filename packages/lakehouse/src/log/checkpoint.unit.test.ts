import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { readTable } from '../read-table.ts';
import type { Storage } from '../storage.ts';
import type { DeltaTable } from '../table-types.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { checkpointTable } from './checkpoint.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { listLog } from './log-listing.ts';

let tables: TemporaryTables;
let storage: Storage;

beforeEach(async () => {
  tables = await temporaryTables();
  storage = localStorage(join(tables.folder, 'table'));
});

afterEach(() => tables.remove());

const appendTimes = async (table: DeltaTable, count: number): Promise<void> => {
  for (let number = 0; number < count; number++) await table.append([{ id: `row-${number}` }]);
};

const checkpoints = async (): Promise<number[]> =>
  (await listLog(storage)).checkpoints.map(({ version }) => version);

describe('checkpoints', { timeout: 30_000 }, () => {
  it('are written by commits at the interval the table asks for', async () => {
    const table = await tables.openAppend({ properties: { 'delta.checkpointInterval': '4' } });
    await appendTimes(table, 9);
    expect(await checkpoints()).toEqual([8, 4]);
  });

  it.each(['0', 'often'])(
    'are written at the usual interval when the table asks for %s',
    async (interval) => {
      const table = await tables.openAppend({ properties: { 'delta.checkpointInterval': interval } });
      await appendTimes(table, 10);
      expect(await checkpoints()).toEqual([10]);
    },
  );

  it('are left to somebody else when the writer is told so', async () => {
    const table = await tables.openAppend({ checkpoints: 'elsewhere' });
    await appendTimes(table, 9);
    expect(await checkpointTable(storage)).toBeNull();
    await appendTimes(table, 3);
    expect(await checkpoints()).toEqual([]);
    expect(await checkpointTable(storage)).toBe(12);
    expect(await checkpointTable(storage)).toBeNull();
    await appendTimes(table, 1);
    expect(await checkpointTable(storage, { force: true })).toBe(13);
    expect(await checkpointTable(storage, { force: true })).toBeNull();
    expect(await checkpoints()).toEqual([13, 12]);
    expect(await rowsById(await readTable({ path: storage }))).toHaveLength(13);
  });

  it('hold the tombstones that a writer did not keep, until they expire', async () => {
    const table = await tables.openUpsert({ checkpoints: 'elsewhere' });
    await table.upsert([{ id: 'a' }], []);
    await table.upsert([], [{ id: 'a' }]);
    const removed = async (clock: () => number) => {
      await table.upsert([{ id: 'b' }], []);
      await checkpointTable(storage, { force: true, clock });
      return (await loadSnapshot(storage))!.snapshot.tombstones.size;
    };
    expect(await removed(Date.now)).toBe(1);
    // The second upsert of b removed the file of the first.
    expect(await removed(Date.now)).toBe(2);
    expect(await removed(() => Date.now() + 3 * 3_600_000)).toBe(0);
  });

  it('of a folder without a table there are none', async () => {
    await expect(checkpointTable(storage)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
