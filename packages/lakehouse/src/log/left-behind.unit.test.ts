import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import type { Storage } from '../storage.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { commitPath } from './log-paths.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BEGIN = Date.UTC(2026, 0, 1);

let tables: TemporaryTables;
let now: number;
const clock = (): number => now;

beforeEach(async () => {
  tables = await temporaryTables();
  now = BEGIN;
});

afterEach(() => tables.remove());

describe('a writer that slept', () => {
  it.each([
    { what: 'whose clock went on', hours: 3 },
    { what: 'whose clock was set back', hours: -24 },
  ])('$what does not take a name that became free again', async ({ hours }) => {
    const sleeper = await tables.openAppend({ clock });
    const other = await tables.openAppend({ clock });
    for (let value = 1; value <= 12; value++) await other.append([{ id: `${value + 10}`, value }]);
    for (let version = 0; version < 10; version++) {
      await rm(join(tables.folder, 'table', commitPath(version)));
    }
    now += hours * HOUR;
    expect(await sleeper.append([{ id: 'late', value: 0 }])).toMatchObject({ version: 13 });
    expect(await rowsById(sleeper)).toHaveLength(13);
  });

  it('commits no files that vacuum may have taken meanwhile', async () => {
    let pause = 0;
    const storage = localStorage(join(tables.folder, 'table'));
    const slow: Storage = {
      ...storage,
      write: async (path, data) => {
        await storage.write(path, data);
        now += pause;
      },
    };
    const append = await tables.openAppend({ path: slow, clock });
    await append.append([{ id: 'a', value: 1 }]);
    pause = 45 * MINUTE;
    await expect(append.append([{ id: 'b', value: 2 }])).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('vacuum may have taken them'),
    });
    pause = 10 * MINUTE;
    await append.append([{ id: 'b', value: 2 }]);
    expect(append.version()).toBe(2);
    expect(await rowsById(append)).toHaveLength(2);
  });
});
