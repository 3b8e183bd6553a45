import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyIndex } from '../../index/key-index.ts';
import { localStorage } from '../../local-storage.ts';
import type { DeltaTable } from '../../table-types.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../../testing/temporary-tables.ts';
import type { MergeJob, MergeResult } from './merge-types.ts';
import { runMerge } from './run-merge.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

/** So many that no file loses all its rows while it is being merged. */
const KEYS = 400;
const MERGES = 12;

const storage = () => localStorage(join(tables.folder, 'table'));

/** Carries out a merge as a worker thread does: with an index of its own in the same folder. */
const runElsewhere = async (job: MergeJob): Promise<MergeResult> => {
  const index = openKeyIndex(job.index!.folder);
  const result = await runMerge(job, { storage: storage(), announce: index.announce, clock: Date.now });
  await index.close();
  return result;
};

const isThere = async (table: DeltaTable, model: ReadonlyMap<string, number>): Promise<void> => {
  await table.refresh();
  const expected = [...model].map(([id, value]) => ({ id, value })).sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(await rowsById(table)).toEqual(expected);
};

describe('a merge under steady upserts', { timeout: 60_000 }, () => {
  it.each([
    { of: 'the same instance', sharedIndex: true },
    { of: 'another process', sharedIndex: false },
    { of: 'another process that shares the index', sharedIndex: true },
  ])('of $of is always committed, and no upsert fails', async ({ of, sharedIndex }) => {
    const writer = await tables.openUpsert();
    const merging =
      of === 'the same instance'
        ? writer
        : await tables.openUpsert({ indexDir: join(tables.folder, sharedIndex ? 'index' : 'other-index') });
    const model = new Map<string, number>();
    let merged = 0;
    const upsertAll = async (): Promise<void> => {
      for (let batch = 1; merged < MERGES; batch++) {
        const ids = Array.from({ length: 8 }, (_, n) => String((batch * 7 + n * 11) % KEYS));
        const deleted = String((batch * 13) % KEYS);
        await writer.upsert(
          ids.map((id) => ({ id, value: batch })),
          [{ id: deleted }],
        );
        model.delete(deleted);
        for (const id of ids) model.set(id, batch);
      }
    };
    const mergeAll = async (): Promise<void> => {
      while (merged < MERGES) {
        await merging.refresh();
        const job = merging.merges.next({ minFiles: 4 });
        if (job === null) continue;
        const result = await runElsewhere(job);
        const before = writer.version();
        // The upserts of a moment come between: what was merged has changed by then.
        while (writer.version() < before + 2) await merging.refresh();
        expect(await merging.merges.commit(result)).toMatchObject({ kind: 'merged', filesAdded: 1 });
        merged++;
      }
    };
    await Promise.all([upsertAll(), mergeAll()]);
    await isThere(writer, model);
    await isThere(merging, model);
  });
});
