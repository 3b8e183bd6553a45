import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { loadSnapshot } from '../log/load-snapshot.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { catchUpIndex } from './catch-up-index.ts';
import { openKeyIndex } from './key-index.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

it('a writer that has not seen the last commit leaves the index that another one brought to it', async () => {
  const table = await tables.openUpsert();
  await table.upsert([{ id: 'a', value: 1 }], []);
  const storage = localStorage(join(tables.folder, 'table'));
  const { snapshot } = (await loadSnapshot(storage))!;
  await table.upsert([{ id: 'b', value: 2 }], []);
  const index = openKeyIndex(join(tables.folder, 'index'));
  try {
    const stamp = index.stamp();
    expect(stamp).toMatchObject({ version: 2 });
    const caughtUp = await catchUpIndex({
      ...{ index, snapshot, storage, now: Date.now() },
      readKeys: () => Promise.reject(new Error('nothing is to be read')),
    });
    expect(caughtUp).toBe(false);
    expect(index.stamp()).toEqual(stamp);
  } finally {
    await index.close();
  }
});
