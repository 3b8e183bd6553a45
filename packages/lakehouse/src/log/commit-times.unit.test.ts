import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import type { Storage } from '../storage.ts';
import { formatActions, type Metadata } from './actions.ts';
import { commitAt, monotonicTimes } from './commit-times.ts';
import { listLog } from './log-listing.ts';
import { commitPath, LOG_FOLDER } from './log-paths.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
  storage = localStorage(folder);
  await mkdir(join(folder, LOG_FOLDER));
});

afterEach(() => rm(folder, { recursive: true }));

const metadata = (configuration: Readonly<Record<string, string>>): Metadata => ({
  id: 'id',
  format: { provider: 'parquet', options: {} },
  schemaString: '{}',
  partitionColumns: [],
  configuration,
});

/** A commit whose file is from `modified`, with a time of its own if it has one. */
const commit = async (version: number, modified: number, own?: number): Promise<void> => {
  const info = own === undefined ? {} : { inCommitTimestamp: own };
  await writeFile(join(folder, commitPath(version)), formatActions([{ commitInfo: info }]));
  await utimes(join(folder, commitPath(version)), modified / 1000, modified / 1000);
};

const at = async (configuration: Readonly<Record<string, string>>, moment: number) =>
  commitAt(storage, metadata(configuration), (await listLog(storage)).commits, moment);

describe('commitAt', () => {
  it('goes by the times in the commits where the table has them, by the files’ before', async () => {
    await commit(0, 1000);
    await commit(1, 2000);
    await commit(2, 9000, 3000);
    await commit(3, 9000, 4000);
    const enabled = {
      'delta.enableInCommitTimestamps': 'true',
      'delta.inCommitTimestampEnablementVersion': '2',
      'delta.inCommitTimestampEnablementTimestamp': '3000',
    };
    const expected = [
      [999, null],
      [1000, 0],
      [2999, 1],
      [3000, 2],
      [3999, 2],
      [4000, 3],
      [9999, 3],
    ] as const;
    for (const [moment, version] of expected) expect(await at(enabled, moment), `${moment}`).toBe(version);
    expect(await at({}, 3000)).toBe(1);
  });

  it('goes by the times in the commits from the first one on in a table created with them', async () => {
    await commit(0, 9000, 100);
    await commit(1, 9000, 200);
    const enabled = { 'delta.enableInCommitTimestamps': 'true' };
    expect(await at(enabled, 99)).toBeNull();
    expect(await at(enabled, 199)).toBe(0);
    expect(await at(enabled, 200)).toBe(1);
  });

  it('names a commit that lost its time', async () => {
    await commit(0, 1000);
    await expect(at({ 'delta.enableInCommitTimestamps': 'true' }, 2000)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining('commit 0'),
    });
  });
});

describe('monotonicTimes', () => {
  it('rises, and leaves times that rise as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1 }), (modified) => {
        const times = monotonicTimes(modified.map((modifiedAt, version) => ({ version, modifiedAt })));
        for (const [index, time] of times.entries()) {
          const before = times[index - 1] ?? Number.NEGATIVE_INFINITY;
          expect(time).toBe(Math.max(modified[index]!, before + 1));
        }
      }),
    );
  });
});
