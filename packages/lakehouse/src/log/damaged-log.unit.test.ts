import { readFile, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { readTable } from '../read-table.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { checkpointPath, commitPath, LAST_CHECKPOINT_PATH } from './log-paths.ts';
import { readCheckpointHint } from './read-checkpoint.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

const at = (path: string): string => join(tables.folder, 'table', path);

/** A table of 12 rows in versions 1 to 12, with a checkpoint at 10. */
const grow = async (): Promise<void> => {
  const table = await tables.openAppend();
  for (let number = 1; number <= 12; number++) await table.append([{ id: `row-${number}` }]);
};

const count = async (): Promise<number> => (await rowsById(await readTable({ path: at('') }))).length;

const half = async (path: string): Promise<void> => truncate(path, (await readFile(path)).length >> 1);

describe('a damaged log', { timeout: 30_000 }, () => {
  it.each([
    ['is empty', () => writeFile(at(LAST_CHECKPOINT_PATH), '')],
    ['is null', () => writeFile(at(LAST_CHECKPOINT_PATH), 'null')],
    ['is cut short', () => half(at(LAST_CHECKPOINT_PATH))],
    ['is gone', () => unlink(at(LAST_CHECKPOINT_PATH))],
    ['names a checkpoint that is gone', () => unlink(at(checkpointPath(10)))],
    ['names a checkpoint that is cut short', () => half(at(checkpointPath(10)))],
    ['names a checkpoint that is empty', () => truncate(at(checkpointPath(10)), 0)],
    ['names a version to come', () => writeFile(at(LAST_CHECKPOINT_PATH), '{"version":99,"size":1}')],
  ])('the last checkpoint of which %s is read and written on', async (_, damage) => {
    await grow();
    await damage();
    expect(await count()).toBe(12);
    const table = await tables.openAppend();
    for (let number = 13; number <= 21; number++) await table.append([{ id: `row-${number}` }]);
    expect(await count()).toBe(21);
    const storage = localStorage(at(''));
    const { checkpoint } = (await loadSnapshot(storage))!;
    expect(checkpoint).toBeGreaterThan(10);
    expect(await readCheckpointHint(storage)).toMatchObject({ version: checkpoint });
  });

  it('without another start names the checkpoint that cannot be read, and goes on when it is back', async () => {
    await grow();
    await unlink(at(commitPath(0)));
    const whole = await readFile(at(checkpointPath(10)));
    await half(at(checkpointPath(10)));
    const expected = {
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(at(checkpointPath(10))),
    };
    await expect(count()).rejects.toMatchObject(expected);
    await expect(tables.openAppend()).rejects.toMatchObject(expected);
    await writeFile(at(checkpointPath(10)), whole);
    expect(await count()).toBe(12);
  });

  it.each([
    ['missing', () => rename(at(commitPath(11)), at('aside'))],
    ['empty', () => truncate(at(commitPath(11)), 0)],
    ['cut short', () => half(at(commitPath(11)))],
  ])(
    'a commit of which is %s is named, is not written on, and goes on when it is back',
    async (_, damage) => {
      await grow();
      const whole = await readFile(at(commitPath(11)));
      await damage();
      const expected = { code: 'DELTA_CORRUPT', message: expect.stringContaining(at(commitPath(11))) };
      await expect(count()).rejects.toMatchObject(expected);
      await expect(tables.openAppend()).rejects.toMatchObject(expected);
      await writeFile(at(commitPath(11)), whole);
      const table = await tables.openAppend();
      await table.append([{ id: 'row-13' }]);
      expect(await count()).toBe(13);
    },
  );

  it('stops a writer that meets a damaged commit of another, without harm', async () => {
    await grow();
    const writer = await tables.openAppend();
    await writeFile(at(commitPath(13)), '');
    await expect(writer.append([{ id: 'row-13' }])).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(at(commitPath(13))),
    });
    await unlink(at(commitPath(13)));
    await writer.append([{ id: 'row-13' }]);
    expect(await count()).toBe(13);
  });

  it('is not taken for a new table when nothing but the hint is left', async () => {
    await grow();
    for (let version = 0; version <= 12; version++) await unlink(at(commitPath(version)));
    await unlink(at(checkpointPath(10)));
    await expect(tables.openAppend()).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringMatching(/the log is gone.*version 10/),
    });
  });

  it('whose listing leaves out a commit is read all the same', async () => {
    await grow();
    const storage = localStorage(at(''));
    const { snapshot } = (await loadSnapshot({
      ...storage,
      list: async (folder, startAt) =>
        (await storage.list(folder, startAt)).filter(({ path }) => path !== commitPath(11)),
    }))!;
    expect(snapshot.files.size).toBe(12);
  });
});
