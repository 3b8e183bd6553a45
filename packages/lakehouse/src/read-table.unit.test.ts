import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitPath } from './log/log-paths.ts';
import { readTable } from './read-table.ts';
import { ID_AND_VALUE, rowsById, type TemporaryTables, temporaryTables } from './testing/temporary-tables.ts';

let tables: TemporaryTables;

beforeEach(async () => {
  tables = await temporaryTables();
});

afterEach(() => tables.remove());

describe('readTable', () => {
  it('sees the visible rows and the schema without being told them', async () => {
    const writer = await tables.openUpsert();
    await writer.upsert(
      [
        { id: 'a', value: 1 },
        { id: 'b', value: 1 },
      ],
      [],
    );
    await writer.upsert([{ id: 'a', value: 2 }], []);
    const table = await readTable({ path: join(tables.folder, 'table') });
    expect(table.version()).toBe(2);
    expect(table.schema).toEqual(ID_AND_VALUE);
    expect(await rowsById(table)).toEqual([
      { id: 'a', value: 2 },
      { id: 'b', value: 1 },
    ]);
  });

  it('says that a folder holds no table', async () => {
    await expect(readTable({ path: join(tables.folder, 'nothing') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('nothing'),
    });
  });
});

describe('time travel', { timeout: 30_000 }, () => {
  const path = () => join(tables.folder, 'table');
  const idsAt = async (when: { readonly version?: number; readonly timestamp?: number }) =>
    (await rowsById(await readTable({ path: path(), ...when }))).map((row) => row['id']);

  /** Commits versions 1 to `count`, each of which adds a row. */
  const grow = async (count: number): Promise<void> => {
    const writer = await tables.openAppend();
    for (let number = 1; number <= count; number++) await writer.append([{ id: `row-${number}` }]);
  };

  const setCommitTime = (version: number, milliseconds: number): Promise<void> =>
    utimes(join(path(), commitPath(version)), milliseconds / 1000, milliseconds / 1000);

  it('goes to every version, over checkpoints and between them', async () => {
    await grow(23);
    for (const version of [0, 1, 9, 10, 11, 19, 22, 23]) {
      expect(await idsAt({ version })).toHaveLength(version);
      expect((await readTable({ path: path(), version })).version()).toBe(version);
    }
  });

  it('names the versions there are when the wanted one is not among them', async () => {
    await grow(2);
    for (const version of [3, 99]) {
      await expect(readTable({ path: path(), version })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/there is no version \d+; versions 0 to 2 can be read/),
      });
    }
    await expect(readTable({ path: path(), version: -1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readTable({ path: path(), version: 1, timestamp: 1 })).rejects.toThrow(TypeError);
  });

  it('goes to the last commit at or before a moment', async () => {
    await grow(3);
    for (const [version, time] of [1000, 2000, 3000, 4000].entries()) await setCommitTime(version, time);
    expect(await idsAt({ timestamp: 1000 })).toEqual([]);
    expect(await idsAt({ timestamp: 1999 })).toEqual([]);
    expect(await idsAt({ timestamp: 2000 })).toEqual(['row-1']);
    expect(await idsAt({ timestamp: 3999 })).toEqual(['row-1', 'row-2']);
    expect(await idsAt({ timestamp: Date.now() })).toHaveLength(3);
  });

  it('takes a commit whose clock went back for one just after its predecessor', async () => {
    await grow(3);
    for (const [version, time] of [1000, 5000, 2000, 6000].entries()) await setCommitTime(version, time);
    expect(await idsAt({ timestamp: 4999 })).toEqual([]);
    expect(await idsAt({ timestamp: 5000 })).toEqual(['row-1']);
    expect(await idsAt({ timestamp: 5001 })).toEqual(['row-1', 'row-2']);
  });

  it('says which moments there are', async () => {
    await grow(1);
    await setCommitTime(0, Date.UTC(2024, 0, 2));
    await expect(readTable({ path: path(), timestamp: Date.UTC(2024, 0, 1) })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('version 0 of 2024-01-02T00:00:00.000Z'),
    });
    const clock = () => Date.UTC(2024, 0, 3);
    await expect(readTable({ path: path(), timestamp: Date.UTC(2024, 0, 4), clock })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('has not come yet'),
    });
  });
});
