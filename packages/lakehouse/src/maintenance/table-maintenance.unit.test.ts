import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readTable } from '../read-table.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import type { MaintenanceRun, TableMaintenance } from './maintenance-types.ts';
import { createTableMaintenance } from './table-maintenance.ts';

let tables: TemporaryTables;
let maintenance: TableMaintenance | undefined;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(async () => {
  await maintenance?.stop();
  maintenance = undefined;
  await tables.remove();
});

const BATCHES = 300;
const KEYS_PER_BATCH = 200;
const KEYS = 20_000;

/** A generator of whole numbers below a bound that gives the same ones each time. */
const numbers = () => {
  let state = 1;
  return (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
};

describe('maintenance', { timeout: 60_000 }, () => {
  it('keeps a table small while batch after batch is upserted, and none fails', async () => {
    const table = await tables.openUpsert({ checkpoints: 'elsewhere' });
    const runs: MaintenanceRun[] = [];
    maintenance = createTableMaintenance({
      tables: [table],
      intervals: { lookMilliseconds: 5, checkpointMilliseconds: 20 },
      onRun: (run) => runs.push(run),
    });
    const next = numbers();
    const model = new Map<string, number>();
    const fileCounts: number[] = [];
    for (let batch = 0; batch < BATCHES; batch++) {
      const ids = Array.from({ length: KEYS_PER_BATCH }, () => String(next(KEYS)));
      const deleted = Array.from({ length: 5 }, () => String(next(KEYS)));
      await table.upsert(
        ids.map((id) => ({ id, value: batch })),
        deleted.map((id) => ({ id })),
      );
      for (const id of deleted) model.delete(id);
      for (const id of ids) model.set(id, batch);
      fileCounts.push(table.files().length);
    }
    await vi.waitUntil(() => table.merges.next({ minHiddenRows: KEYS }) === null, { timeout: 20_000 });
    await maintenance.stop();
    const merges = runs.filter(({ kind, outcome }) => kind === 'merge' && outcome === 'done');
    expect(merges.length).toBeGreaterThan(5);
    expect(runs.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(runs.some(({ kind, filesAdded }) => kind === 'checkpoint' && filesAdded === 1)).toBe(true);
    // Sixteen make a merge; some more gather while one is under way, or the thread starts on a busy machine.
    expect(Math.max(...fileCounts)).toBeLessThan(150);
    expect(table.files().length).toBeLessThan(50);
    const expected = [...model].map(([id, value]) => ({ id, value })).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await rowsById(table)).toEqual(expected);
    expect(await rowsById(await readTable({ path: join(tables.folder, 'table') }))).toEqual(expected);
  });
});
