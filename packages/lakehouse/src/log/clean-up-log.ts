import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import { inParallel } from '../in-parallel.ts';
import { isTemporary, type Storage, type StoredFile } from '../storage.ts';
import type { Metadata } from './actions.ts';
import { monotonicTimes } from './commit-times.ts';
import { requireWritable } from './features.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { type ListedCheckpoint, type LogListing, logListing } from './log-listing.ts';
import { LOG_FOLDER, parseLogName } from './log-paths.ts';
import { readCheckpoint, readCheckpointHint } from './read-checkpoint.ts';
import { logRetention } from './retention.ts';

export type LogCleanUp = {
  /** The oldest version that can still be read; null when nothing was old enough to go. */
  readonly oldestVersion: number | null;
  /** Paths of the deleted files of the log, in no order. */
  readonly deleted: readonly string[];
  readonly bytes: number;
};

/**
 * An open table looks once an hour whether the log was cleaned up behind it (see `createTableLog`); until it has
 * looked, the next commit's name must not become free again.
 */
const SHORTEST_RETENTION = 2 * 3_600_000;

/** Temporary files live for moments; this old, their writer is dead. */
const TEMPORARY_AGE = 3_600_000;

const DELETES_AT_A_TIME = 16;

const NOTHING: LogCleanUp = { oldestVersion: null, deleted: [], bytes: 0 };

/**
 * The newest checkpoint that nobody can need to look behind any more: its version was the table's state already
 * before the retention, and it has been there for as long. One that cannot be read is passed over, and so is one that
 * the hint does not tell of (its writer died, or was overtaken): by the hint a writer knows that it was left behind.
 */
const cutOff = async (
  storage: Storage,
  listing: LogListing,
  before: number,
): Promise<ListedCheckpoint | null> => {
  const times = monotonicTimes(listing.commits);
  const outdated = listing.commits.findLast((_, index) => times[index]! <= before)?.version ?? -1;
  const hinted = (await readCheckpointHint(storage))?.version ?? Number.POSITIVE_INFINITY;
  const last = Math.min(outdated, hinted);
  for (const checkpoint of listing.checkpoints) {
    if (checkpoint.version > last || checkpoint.files.some(({ modifiedAt }) => modifiedAt > before)) continue;
    try {
      await readCheckpoint(storage, checkpoint, { tombstones: true });
      return checkpoint;
    } catch (error) {
      if (!isPlatformError(error, 'DELTA_CORRUPT')) throw error;
    }
  }
  return null;
};

/**
 * What goes, in steps: after each of them, and wherever in one a crash happens, every version that looks readable
 * is. First the first commit, then the checkpoints from which older versions could start, then the rest.
 */
const steps = (files: readonly StoredFile[], version: number): readonly (readonly StoredFile[])[] => {
  const first: StoredFile[] = [];
  const checkpoints: StoredFile[] = [];
  const others: StoredFile[] = [];
  for (const file of files) {
    const parsed = parseLogName(file.path);
    if (parsed === null) continue;
    if (parsed.version > version || (parsed.version === version && parsed.kind !== 'compacted')) continue;
    if (parsed.kind === 'commit' && parsed.version === 0) first.push(file);
    else if (parsed.kind === 'checkpoint') checkpoints.push(file);
    else others.push(file);
  }
  return [first, checkpoints, others];
};

const isDirectly = (file: StoredFile): boolean => file.path.split('/').length === 2;

const walkLog = async (storage: Storage): Promise<readonly StoredFile[]> => {
  const files: StoredFile[] = [];
  for await (const file of storage.walk(LOG_FOLDER)) if (isDirectly(file)) files.push(file);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
};

const retentionOf = (metadata: Metadata): number => Math.max(SHORTEST_RETENTION, logRetention(metadata));

/**
 * Deletes commits and checkpoints older than `delta.logRetentionDuration` (never less than two hours), as PROTOCOL.md
 * «Metadata Cleanup» has it: only what lies behind a checkpoint that is old enough itself and can be read, so that
 * every version from it on keeps its start. Does nothing when `delta.enableExpiredLogCleanup` is false. Temporary
 * files of writers that died go too. What a crash in the middle leaves is found the next time. Throws NOT_FOUND when
 * there is no table, otherwise as `loadSnapshot` and `requireWritable`.
 */
export const cleanUpLog = async (
  storage: Storage,
  options: { readonly clock?: () => number } = {},
): Promise<LogCleanUp> => {
  const now = (options.clock ?? Date.now)();
  const loaded = await loadSnapshot(storage, { tombstones: false });
  if (loaded === null) throw new PlatformError('NOT_FOUND', `${storage.location} is no Delta table`);
  const { protocol, metadata } = loaded.snapshot;
  requireWritable(storage.location, protocol!, metadata!);
  if (metadata!.configuration['delta.enableExpiredLogCleanup'] === 'false') return NOTHING;
  const files = await walkLog(storage);
  const listing = logListing(files);
  const checkpoint = await cutOff(storage, listing, now - retentionOf(metadata!));
  const dead = files.filter(({ path, modifiedAt }) => isTemporary(path) && modifiedAt < now - TEMPORARY_AGE);
  const planned = [...(checkpoint === null ? [] : steps(files, checkpoint.version)), dead];
  for (const step of planned) {
    await inParallel(step, DELETES_AT_A_TIME, ({ path }) => storage.delete(path));
  }
  const deleted = planned.flat();
  return {
    oldestVersion: checkpoint?.version ?? null,
    deleted: deleted.map(({ path }) => path),
    bytes: deleted.reduce((sum, { bytes }) => sum + bytes, 0),
  };
};
