import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import type { Storage } from '../storage.ts';
import { type Action, type AddFile, formatActions, vectorId } from './actions.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { checkpointPath, commitPath, LAST_CHECKPOINT_PATH } from './log-paths.ts';
import { readCheckpointHint } from './read-checkpoint.ts';
import { applyActions, dropExpiredTombstones, emptySnapshot, type Snapshot } from './snapshot.ts';

let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
  storage = localStorage(folder);
});

afterEach(() => rm(folder, { recursive: true }));

const vector = (pathOrInlineDv: string, cardinality = 1) =>
  ({ storageType: 'i', pathOrInlineDv, sizeInBytes: 34, cardinality }) as const;

const add = (path: string, extra: Partial<AddFile> = {}): Action => ({
  add: {
    path,
    partitionValues: {},
    size: 10,
    modificationTime: 5,
    dataChange: true,
    stats: '{"numRecords":3}',
    ...extra,
  },
});

const CREATE: readonly Action[] = [
  { commitInfo: { timestamp: 1, operation: 'CREATE TABLE' } },
  {
    protocol: {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['deletionVectors'],
      writerFeatures: ['deletionVectors'],
    },
  },
  {
    metaData: {
      id: 'table-id',
      name: 'silver.orders',
      format: { provider: 'parquet', options: {} },
      schemaString: '{"type":"struct","fields":[]}',
      partitionColumns: ['region'],
      configuration: { 'delta.enableDeletionVectors': 'true' },
    },
  },
];

const HISTORY: readonly (readonly Action[])[] = [
  CREATE,
  [
    add('a', { partitionValues: { region: null } }),
    add('b'),
    { txn: { appId: 'app', version: 10, lastUpdated: 7 } },
  ],
  [
    add('a', { deletionVector: vector('one'), tags: { k: 'v' } }),
    { remove: { path: 'a', dataChange: true, deletionTimestamp: 100 } },
  ],
  [
    { remove: { path: 'b', dataChange: true, deletionTimestamp: 200, size: 10, partitionValues: {} } },
    { txn: { appId: 'app', version: 20 } },
    { txn: { appId: 'other', version: 1 } },
    { domainMetadata: { domain: 'mine', configuration: '{}', removed: false } },
  ],
];

const commit = (version: number, actions: readonly Action[]): Promise<boolean> =>
  storage.putIfAbsent(commitPath(version), Buffer.from(formatActions(actions)));

const commitHistory = async (from = 0): Promise<void> => {
  for (let version = from; version < HISTORY.length; version++) await commit(version, HISTORY[version]!);
};

const replayed = (): Snapshot => {
  const snapshot = emptySnapshot();
  for (const [version, actions] of HISTORY.entries()) applyActions(snapshot, version, actions);
  return snapshot;
};

/** A snapshot without what a checkpoint leaves out: `dataChange` says nothing about a state. */
const essence = (snapshot: Snapshot) => ({
  ...snapshot,
  files: [...snapshot.files.values()].map((file) => ({ ...file, dataChange: false })),
});

describe('replaying a log', () => {
  it('tells files apart by path and vector, in whatever order a commit lists them', async () => {
    await commitHistory();
    const { snapshot } = (await loadSnapshot(storage))!;
    expect(snapshot.version).toBe(3);
    expect([...snapshot.files.values()].map((file) => [file.path, vectorId(file.deletionVector)])).toEqual([
      ['a', 'ione'],
    ]);
    expect([...snapshot.tombstones.keys()]).toEqual(['b']);
    expect(
      Object.fromEntries([...snapshot.transactions].map(([app, { version }]) => [app, version])),
    ).toEqual({
      app: 20,
      other: 1,
    });
  });

  it('is null for a folder without a table', async () => {
    expect(await loadSnapshot(storage)).toBeNull();
  });

  it('names a missing commit and a damaged one', async () => {
    await commitHistory();
    await unlink(join(folder, commitPath(2)));
    await expect(loadSnapshot(storage)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(`${folder}/${commitPath(2)} is missing`),
    });
    await writeFile(join(folder, commitPath(2)), '{"add":{"path"');
    await expect(loadSnapshot(storage)).rejects.toMatchObject({
      code: 'DELTA_CORRUPT',
      message: expect.stringContaining(commitPath(2)),
    });
  });

  it('forgets a removed metadata domain', () => {
    const snapshot = replayed();
    applyActions(snapshot, 4, [{ domainMetadata: { domain: 'mine', configuration: '', removed: true } }]);
    expect(snapshot.domains.size).toBe(0);
  });
});

describe('a checkpoint', () => {
  it('holds everything a replay gives, tombstones and transactions included', async () => {
    await writeCheckpoint(storage, replayed());
    expect(await readCheckpointHint(storage)).toMatchObject({ version: 3 });
    const { snapshot, checkpoint } = (await loadSnapshot(storage))!;
    expect(checkpoint).toBe(3);
    expect(essence(snapshot)).toEqual(essence(replayed()));
  });

  it('leaves out tombstones that have expired', () => {
    const snapshot = replayed();
    dropExpiredTombstones(snapshot, 200);
    expect([...snapshot.tombstones.keys()]).toEqual(['b']);
    dropExpiredTombstones(snapshot, 201);
    expect([...snapshot.tombstones.keys()]).toEqual([]);
  });

  it('is where reading begins; commits behind it need not exist', async () => {
    await commitHistory();
    await writeCheckpoint(storage, replayed());
    await commit(4, [add('c')]);
    for (const version of [0, 1, 2, 3]) await unlink(join(folder, commitPath(version)));
    const { snapshot } = (await loadSnapshot(storage))!;
    expect(snapshot.version).toBe(4);
    expect([...snapshot.files.keys()].sort()).toEqual(['a', 'c']);
  });

  it.each([
    ['damaged', 'not json'],
    ['naming a version without a checkpoint', '{"version":2,"size":1}'],
    ['behind the newest checkpoint', '{"version":0,"size":1}'],
  ])('is found with a hint %s', async (_, hint) => {
    await commitHistory();
    await writeCheckpoint(storage, replayed());
    await writeFile(join(folder, LAST_CHECKPOINT_PATH), hint);
    const loaded = (await loadSnapshot(storage))!;
    expect(loaded.checkpoint).toBe(3);
    expect(essence(loaded.snapshot)).toEqual(essence(replayed()));
  });

  it('does not move the hint back', async () => {
    await writeCheckpoint(storage, { ...replayed(), version: 9 });
    await writeCheckpoint(storage, replayed());
    expect(await readCheckpointHint(storage)).toMatchObject({ version: 9 });
  });

  it('with a part missing is passed over', async () => {
    await commitHistory();
    await writeCheckpoint(storage, replayed());
    const whole = (await storage.read(checkpointPath(3)))!;
    await unlink(join(folder, checkpointPath(3)));
    const part = checkpointPath(3).replace('.parquet', '.0000000001.0000000002.parquet');
    await writeFile(join(folder, part), whole);
    const { checkpoint, snapshot } = (await loadSnapshot(storage))!;
    expect(checkpoint).toBeNull();
    expect(snapshot.version).toBe(3);
  });
});
