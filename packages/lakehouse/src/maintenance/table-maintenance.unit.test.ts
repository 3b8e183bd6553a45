import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@marketing-streams/platform/logging';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readTable } from '../read-table.ts';
import type { DeltaTable } from '../table-types.ts';
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

const until = (condition: () => boolean): Promise<boolean> =>
  vi.waitUntil(condition, { timeout: 20_000, interval: 5 });

const appendSixteen = async (table: DeltaTable): Promise<void> => {
  for (let file = 0; file < 16; file++) await table.append([{ id: `${file}`, value: file }]);
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
    await until(() => table.merges.next({ minHiddenRows: KEYS }) === null);
    // Stopping gives up what is under way.
    expect(runs.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    await maintenance.stop();
    const merges = runs.filter(({ kind, outcome }) => kind === 'merge' && outcome === 'done');
    expect(merges.length).toBeGreaterThan(5);
    expect(runs.some(({ kind, filesAdded }) => kind === 'checkpoint' && filesAdded === 1)).toBe(true);
    // Sixteen make a merge; some more gather while one is under way, or the thread starts on a busy machine.
    expect(Math.max(...fileCounts)).toBeLessThan(150);
    expect(table.files().length).toBeLessThan(50);
    const expected = [...model].map(([id, value]) => ({ id, value })).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await rowsById(table)).toEqual(expected);
    expect(await rowsById(await readTable({ path: join(tables.folder, 'table') }))).toEqual(expected);
  });

  it('goes on with other work when a piece of it fails, and tells', async () => {
    const broken = await tables.openAppend({ path: join(tables.folder, 'broken'), name: 'broken' });
    const table = await tables.openAppend();
    await appendSixteen(broken);
    await appendSixteen(table);
    await rm(join(tables.folder, 'broken', broken.files()[0]!.path));
    const warn = vi.fn();
    const runs: MaintenanceRun[] = [];
    let now = Date.now();
    maintenance = createTableMaintenance({
      tables: [broken, table],
      intervals: { lookMilliseconds: 1 },
      clock: () => now,
      logger: { warn, info: vi.fn() } as unknown as Logger,
      onRun: (run) => runs.push(run),
    });
    const failures = () => runs.filter(({ outcome }) => outcome === 'failed').length;
    await until(() => table.files().length === 1 && failures() === 1);
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({ table: 'broken', kind: 'merge', code: 'DELTA_CORRUPT' }),
      expect.any(String),
    );
    now += 5000;
    await until(() => failures() === 2);
  });

  it('leaves merged files to vacuum', async () => {
    const table = await tables.openAppend();
    await appendSixteen(table);
    expect(await table.optimize()).toMatchObject({ filesRemoved: 16 });
    const folder = join(tables.folder, 'table');
    const longAgo = new Date(Date.now() - 3 * 86_400_000);
    const runs: MaintenanceRun[] = [];
    for (const name of await tables.filesIn('table'))
      if (name.endsWith('.parquet')) await utimes(join(folder, name), longAgo, longAgo);
    await writeFile(join(folder, 'orphan.parquet'), '');
    await utimes(join(folder, 'orphan.parquet'), longAgo, longAgo);
    let now = Date.now();
    maintenance = createTableMaintenance({
      tables: [table],
      intervals: { lookMilliseconds: 1 },
      clock: () => now,
      onRun: (run) => runs.push(run),
    });
    now += 180_000;
    const vacuumed = () => runs.find(({ kind }) => kind === 'vacuum');
    await until(() => vacuumed() !== undefined);
    expect(runs.find(({ kind }) => kind === 'clean-up-log')).toMatchObject({ outcome: 'done' });
    expect(vacuumed()).toMatchObject({ outcome: 'done', filesRemoved: 1 });
    expect(await tables.filesIn('table')).not.toContain('orphan.parquet');
    expect(await rowsById(table)).toHaveLength(16);
  });

  it('merges little while a table has a backlog', async () => {
    const table = await tables.openAppend();
    await appendSixteen(table);
    let busy = true;
    const asked = vi.fn(() => busy);
    maintenance = createTableMaintenance({
      tables: [table],
      intervals: { lookMilliseconds: 1 },
      isBusy: asked,
    });
    await until(() => asked.mock.calls.length > 2);
    expect(table.files()).toHaveLength(16);
    busy = false;
    await until(() => table.files().length === 1);
  });

  it('leaves everything else for a minute, too, while there is a backlog', async () => {
    const table = await tables.openAppend({ checkpoints: 'elsewhere' });
    let now = Date.now();
    const asked = vi.fn(() => true);
    const runs: MaintenanceRun[] = [];
    maintenance = createTableMaintenance({
      tables: [table],
      intervals: { lookMilliseconds: 1 },
      clock: () => now,
      isBusy: asked,
      onRun: (run) => runs.push(run),
    });
    await appendSixteen(table);
    now += 59_000;
    const looks = asked.mock.calls.length;
    await until(() => asked.mock.calls.length > looks + 10);
    expect(runs).toEqual([]);
    now += 1_000;
    await until(() => runs.some(({ kind, outcome }) => kind === 'checkpoint' && outcome === 'done'));
    expect(table.files()).toHaveLength(16);
  });

  it('stops in the middle of a merge without a trace of it', async () => {
    const table = await tables.openAppend();
    await appendSixteen(table);
    const runs: MaintenanceRun[] = [];
    maintenance = createTableMaintenance({
      tables: [table],
      intervals: { lookMilliseconds: 1 },
      onRun: (run) => runs.push(run),
    });
    const { next } = table.merges;
    const stopped = new Promise<void>((resolve) => {
      vi.spyOn(table.merges, 'next').mockImplementation((thresholds) => {
        setImmediate(() => resolve(maintenance!.stop()));
        return next(thresholds);
      });
    });
    await stopped;
    expect(runs.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['merge given-up']);
    expect(table.files()).toHaveLength(16);
    expect((await tables.filesIn('table')).filter((name) => name.endsWith('.parquet'))).toHaveLength(16);
  });

  it('may be done by two processes at once', async () => {
    const first = await tables.openUpsert();
    const second = await tables.openUpsert({ indexDir: join(tables.folder, 'other-index') });
    const runs: MaintenanceRun[] = [];
    const both = [first, second].map((table) =>
      createTableMaintenance({
        tables: [table],
        intervals: { lookMilliseconds: 1, checkpointMilliseconds: 1 },
        onRun: (run) => runs.push(run),
      }),
    );
    const model = new Map<string, number>();
    const write = async (table: DeltaTable, batch: number): Promise<void> => {
      const ids = Array.from(
        { length: 10 },
        (_, at) => `${table === first ? 'a' : 'b'}${(batch * 7 + at) % 200}`,
      );
      await table.upsert(
        ids.map((id) => ({ id, value: batch })),
        [],
      );
      for (const id of ids) model.set(id, batch);
    };
    for (let batch = 0; batch < 60; batch++) await Promise.all([write(first, batch), write(second, batch)]);
    await until(() => runs.some(({ kind, outcome }) => kind === 'merge' && outcome === 'done'));
    await Promise.all(both.map(({ stop }) => stop()));
    expect(runs.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const expected = [...model].map(([id, value]) => ({ id, value })).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const table of [first, second]) {
      await table.refresh();
      expect(await rowsById(table)).toEqual(expected);
    }
  });
});
