import { PlatformError } from '@marketing-streams/platform/errors';
import { writeParquet } from '../parquet/write-parquet.ts';
import type { Row } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import type { Action } from './actions.ts';
import { CHECKPOINT_SCHEMA } from './checkpoint-schema.ts';
import { requireWritable } from './features.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { listLog } from './log-listing.ts';
import { checkpointPath, LAST_CHECKPOINT_PATH } from './log-paths.ts';
import { readCheckpointHint } from './read-checkpoint.ts';
import { deletedFileRetention } from './retention.ts';
import { dropExpiredTombstones, type Snapshot } from './snapshot.ts';

/** The actions a checkpoint of the snapshot holds; file actions say that they change nothing by themselves. */
const checkpointActions = (snapshot: Snapshot): Action[] => [
  { protocol: snapshot.protocol! },
  { metaData: snapshot.metadata! },
  ...Array.from(snapshot.transactions.values(), (txn) => ({ txn })),
  ...Array.from(snapshot.domains.values(), (domainMetadata) => ({ domainMetadata })),
  ...Array.from(snapshot.files.values(), (add) => ({ add: { ...add, dataChange: false } })),
  ...Array.from(snapshot.tombstones.values(), (remove) => ({ remove: { ...remove, dataChange: false } })),
];

/** Small groups, as most of them hold actions of one kind: the columns of the others are passed over by readers. */
const ROWS_PER_GROUP = 5000;

/**
 * Writes the classic checkpoint of a snapshot (its expired tombstones dropped by the caller) and then the hint to
 * it: a reader that follows the hint always finds the checkpoint.
 */
export const writeCheckpoint = async (storage: Storage, snapshot: Snapshot): Promise<void> => {
  const actions = checkpointActions(snapshot);
  const file = writeParquet(CHECKPOINT_SCHEMA, actions as readonly Row[], { rowsPerGroup: ROWS_PER_GROUP });
  await storage.putIfAbsent(checkpointPath(snapshot.version), file.data);
  const hinted = await readCheckpointHint(storage);
  if (hinted !== null && hinted.version >= snapshot.version) {
    // Another writer's newer checkpoint; a hint to one that is not there is damage.
    if ((await listLog(storage, hinted.version)).checkpoints.length > 0) return;
  }
  const hint = {
    version: snapshot.version,
    size: actions.length,
    sizeInBytes: file.data.byteLength,
    numOfAddFiles: snapshot.files.size,
  };
  await storage.replace(LAST_CHECKPOINT_PATH, Buffer.from(JSON.stringify(hint)));
};

/** Commits between checkpoints of a small table, `delta.checkpointInterval`'s default. */
const DEFAULT_INTERVAL = 10;

/** Actions a checkpoint may hold per commit since the last one: bounds what checkpoints cost per commit. */
const ACTIONS_PER_COMMIT = 200;

/**
 * Commits from one checkpoint to the next of a table with so many actions: `delta.checkpointInterval`, or more when
 * the actions are many.
 */
const commitsBetween = (configured: string | undefined, actions: number): number => {
  const wanted = Number(configured ?? DEFAULT_INTERVAL);
  const interval = Number.isSafeInteger(wanted) && wanted > 0 ? wanted : DEFAULT_INTERVAL;
  return Math.max(interval, Math.floor(actions / ACTIONS_PER_COMMIT));
};

/** True when the last checkpoint, of a version or none, lies so far behind the snapshot that the next is due. */
export const isCheckpointDue = (snapshot: Snapshot, last: number | null): boolean => {
  const actions = snapshot.files.size + snapshot.tombstones.size;
  const configured = snapshot.metadata!.configuration['delta.checkpointInterval'];
  return snapshot.version - (last ?? 0) >= commitsBetween(configured, actions);
};

/** Forgets the tombstones that the table's retention does not ask for any more. */
export const dropTombstones = (snapshot: Snapshot, now: number): void =>
  dropExpiredTombstones(snapshot, now - deletedFileRetention(snapshot.metadata!));

/**
 * Writes a checkpoint of a table's newest version if one is due, or anyway with `force`, from the log alone: for a
 * thread beside the one that commits, or a command. The version that was checkpointed, null when none was. Looking
 * whether it is due costs a listing of the log since the last one. Throws as `loadSnapshot`, and NOT_FOUND when there
 * is no table.
 */
export const checkpointTable = async (
  storage: Storage,
  options: { readonly clock?: () => number; readonly force?: boolean } = {},
): Promise<number | null> => {
  const { clock = Date.now, force = false } = options;
  const hint = await readCheckpointHint(storage);
  if (!force && hint !== null) {
    const { commits, checkpoints } = await listLog(storage, hint.version);
    const newest = commits.at(-1)?.version ?? hint.version;
    const last = checkpoints[0]?.version ?? hint.version;
    // The table may want still more commits between checkpoints; that takes its metadata to know.
    if (newest - last < commitsBetween('1', hint.size ?? 0)) return null;
  }
  const loaded = await loadSnapshot(storage);
  if (loaded === null) throw new PlatformError('NOT_FOUND', `${storage.location} is no Delta table`);
  const { snapshot, checkpoint } = loaded;
  if (force ? checkpoint === snapshot.version : !isCheckpointDue(snapshot, checkpoint)) return null;
  requireWritable(storage.location, snapshot.protocol!, snapshot.metadata!);
  dropTombstones(snapshot, clock());
  await writeCheckpoint(storage, snapshot);
  return snapshot.version;
};
