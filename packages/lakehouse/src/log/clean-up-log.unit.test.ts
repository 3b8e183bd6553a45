import { readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { readTable } from '../read-table.ts';
import type { Storage } from '../storage.ts';
import { crashingStorage, SimulatedCrash } from '../testing/crashing-storage.ts';
import { type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';
import { type Action, formatActions } from './actions.ts';
import { checkpointTable } from './checkpoint.ts';
import { cleanUpLog } from './clean-up-log.ts';
import { checkpointPath, commitPath, LAST_CHECKPOINT_PATH, LOG_FOLDER } from './log-paths.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 1);
const clock = () => NOW;

let tables: TemporaryTables;
let root: string;
let storage: Storage;

beforeEach(async () => {
  tables = await temporaryTables();
  root = join(tables.folder, 'table');
  storage = localStorage(root);
});

afterEach(() => tables.remove());

const setTime = (path: string, milliseconds: number): Promise<void> =>
  utimes(join(root, path), milliseconds / 1000, milliseconds / 1000);

const commit = (version: number, actions: readonly Action[]): Promise<void> =>
  writeFile(
    join(root, commitPath(version)),
    formatActions([{ commitInfo: { operation: 'TEST' } }, ...actions]),
  );

/** Versions 0 to 24, each with a file more, checkpoints at 10 and 20: version n is from 30 - n hours before NOW. */
const grow = async (properties: Record<string, string> = {}): Promise<void> => {
  await tables.openAppend({
    properties: { 'delta.logRetentionDuration': 'interval 8 hours', ...properties },
  });
  for (let version = 0; version <= 24; version++) {
    const file = { path: `${version}`, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
    if (version > 0) await commit(version, [{ add: file }]);
    const time = NOW - (30 - version) * HOUR;
    await setTime(commitPath(version), time);
    if (version !== 10 && version !== 20) continue;
    expect(await checkpointTable(storage, { force: true })).toBe(version);
    await setTime(checkpointPath(version), time);
  }
};

const filesAt = async (version?: number): Promise<number> =>
  (await readTable({ path: root, ...(version === undefined ? {} : { version }) })).files().length;

const logFiles = async (): Promise<string[]> => (await readdir(join(root, LOG_FOLDER))).sort();

const readVersions = async (): Promise<number[]> => {
  const readable: number[] = [];
  for (let version = 0; version <= 24; version++) {
    try {
      expect(await filesAt(version)).toBe(version);
      readable.push(version);
    } catch (error) {
      expect(error).toMatchObject({ code: 'NOT_FOUND' });
    }
  }
  return readable;
};

const from = (first: number): number[] => Array.from({ length: 25 - first }, (_, index) => first + index);

describe('cleanUpLog', { timeout: 30_000 }, () => {
  it('deletes what lies behind the newest checkpoint that is older than the retention', async () => {
    await grow();
    await writeFile(join(root, LOG_FOLDER, '00000000000000000003.crc'), '{}');
    await writeFile(join(root, LOG_FOLDER, '00000000000000000020.00000000000000000022.compacted.json'), '{}');
    await writeFile(join(root, LOG_FOLDER, 'notes.txt'), '');
    const result = await cleanUpLog(storage, { clock });
    expect(result.oldestVersion).toBe(20);
    expect(result.deleted).toHaveLength(20 + 1 + 2);
    expect(await logFiles()).toEqual(
      [
        ...from(20).map((version) => commitPath(version).slice(LOG_FOLDER.length + 1)),
        checkpointPath(20).slice(LOG_FOLDER.length + 1),
        '_last_checkpoint',
        'notes.txt',
      ].sort(),
    );
    expect(await readVersions()).toEqual(from(20));
    const table = await readTable({ path: root });
    expect((await table.history()).map(({ version }) => version)).toEqual(from(20).reverse());
    await (await tables.openAppend()).append([{ id: 'row' }]);
    expect(await filesAt()).toBe(25);
    expect(await cleanUpLog(storage, { clock })).toMatchObject({ deleted: [], bytes: 0 });
  });

  it('keeps the start of every version within the retention', async () => {
    await grow({ 'delta.logRetentionDuration': 'interval 11 hours' });
    expect((await cleanUpLog(storage, { clock })).oldestVersion).toBe(10);
    expect(await readVersions()).toEqual(from(10));
  });

  it('keeps everything when cleaning up is switched off or no checkpoint is old enough', async () => {
    await grow({ 'delta.enableExpiredLogCleanup': 'false' });
    const before = await logFiles();
    await cleanUpLog(storage, { clock });
    await cleanUpLog(storage, { clock: () => NOW - 15 * HOUR });
    expect(await logFiles()).toEqual(before);
  });

  it('takes no checkpoint that was written late, or that cannot be read', async () => {
    await grow();
    await setTime(checkpointPath(20), NOW - HOUR);
    expect((await cleanUpLog(storage, { clock })).oldestVersion).toBe(10);
    await writeFile(join(root, checkpointPath(20)), 'half a checkpoint');
    await setTime(checkpointPath(20), NOW - 10 * HOUR);
    expect((await cleanUpLog(storage, { clock })).oldestVersion).toBe(10);
    expect(await filesAt()).toBe(24);
  });

  it('takes no checkpoint that the hint does not lead to: writers look there whether they were left behind', async () => {
    await grow();
    await writeFile(join(root, LAST_CHECKPOINT_PATH), JSON.stringify({ version: 10, size: 12 }));
    expect((await cleanUpLog(storage, { clock })).oldestVersion).toBe(10);
    await writeFile(join(root, LAST_CHECKPOINT_PATH), 'half a hint');
    expect((await cleanUpLog(storage, { clock })).oldestVersion).toBe(20);
  });

  it.each([1, 2, 3, 9, 21])('after a crash at change %i reads what looks readable', async (afterChanges) => {
    await grow();
    const dying = crashingStorage(storage, { afterChanges, lastChangeHappens: true });
    await expect(cleanUpLog(dying, { clock })).rejects.toThrow(SimulatedCrash);
    const readable = await readVersions();
    expect(readable).toEqual(from(readable[0]!));
    expect(readable[0]).toBeLessThanOrEqual(20);
    await cleanUpLog(storage, { clock });
    expect(await readVersions()).toEqual(from(20));
    expect(await logFiles()).toHaveLength(5 + 2);
  });

  it('takes away temporary files of dead writers', async () => {
    await grow();
    const [old, young] = ['a', 'b'].map((digit) => `.0b9e1f6a-3b1c-4a53-9d5e-0d6f7a8b9c0${digit}.tmp`);
    for (const name of [old!, young!]) await writeFile(join(root, LOG_FOLDER, name), 'half');
    await setTime(join(LOG_FOLDER, old!), NOW - 2 * HOUR);
    await setTime(join(LOG_FOLDER, young!), NOW);
    await cleanUpLog(storage, { clock });
    expect(await logFiles()).toContain(young);
    expect(await logFiles()).not.toContain(old);
  });
});

describe('a writer that a clean-up left behind', { timeout: 30_000 }, () => {
  it.each([true, false])('goes on from the newest version (with a hint: %s)', async (hasHint) => {
    let now = Date.now();
    const sleeper = await tables.openAppend({ clock: () => now });
    await grow();
    await cleanUpLog(storage, { clock });
    if (!hasHint) await unlink(join(root, LAST_CHECKPOINT_PATH));
    expect(sleeper.version()).toBe(0);
    now += 2 * HOUR;
    await sleeper.append([{ id: 'row-25' }]);
    expect(sleeper.version()).toBe(25);
    await expect(stat(join(root, commitPath(1)))).rejects.toThrow('ENOENT');
    expect(await filesAt()).toBe(25);
  });
});
