import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { inParallel } from '../in-parallel.ts';
import type { Storage } from '../storage.ts';
import { type Action, parseActions } from './actions.ts';
import { type LogListing, listLog, readableVersions } from './log-listing.ts';
import { commitPath, LOG_FOLDER } from './log-paths.ts';
import { readCheckpoint, readCheckpointHint } from './read-checkpoint.ts';
import { applyActions, emptySnapshot, type Snapshot } from './snapshot.ts';

/** One version of the log. */
export type Commit = { readonly version: number; readonly actions: readonly Action[] };

export type LoadedSnapshot = {
  readonly snapshot: Snapshot;
  /** Version of the checkpoint it starts from. */
  readonly checkpoint: number | null;
};

export type LoadOptions = {
  /** The newest one unless told. */
  readonly version?: number | undefined;
  /** False leaves out tombstones, which only checkpoints and vacuum need. True unless told. */
  readonly tombstones?: boolean;
};

/** Commits read at a time, and kept in memory before they are applied. */
const READS_AT_A_TIME = 8;
const COMMITS_A_ROUND = 64;

/** The commit of a version, or null when there is none yet. Throws DELTA_CORRUPT with the path for a damaged one. */
export const readCommit = async (storage: Storage, version: number): Promise<Commit | null> => {
  const path = commitPath(version);
  const bytes = await storage.read(path);
  if (bytes === null) return null;
  let actions: readonly Action[];
  try {
    actions = parseActions(bytes.toString('utf8'));
  } catch (cause) {
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path}: ${messageOf(cause)}`, { cause });
  }
  if (actions.length > 0) return { version, actions };
  throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} is empty`);
};

const corrupt = (storage: Storage, what: string): PlatformError =>
  new PlatformError('DELTA_CORRUPT', `${storage.location}/${what}`);

/** The snapshot of the newest checkpoint that can be read, of those up to `last`; empty when there is none. */
const startFrom = async (
  storage: Storage,
  listing: LogListing,
  last: number,
  tombstones: boolean,
): Promise<LoadedSnapshot & { readonly damage: PlatformError | null }> => {
  let damage: PlatformError | null = null;
  for (const checkpoint of listing.checkpoints) {
    if (checkpoint.version > last) continue;
    const snapshot = emptySnapshot({ tombstones });
    try {
      const actions = await readCheckpoint(storage, checkpoint, { tombstones });
      applyActions(snapshot, checkpoint.version, actions);
      return { snapshot, checkpoint: checkpoint.version, damage };
    } catch (error) {
      if (!isPlatformError(error, 'DELTA_CORRUPT')) throw error;
      damage ??= error;
    }
  }
  return { snapshot: emptySnapshot({ tombstones }), checkpoint: null, damage };
};

const notReadable = (storage: Storage, version: number, listing: LogListing): PlatformError => {
  const { oldest, newest } = readableVersions(listing)!;
  return new PlatformError(
    'NOT_FOUND',
    `${storage.location}: there is no version ${version}${version < oldest ? ' any more' : ''}; versions ${oldest} to ${newest} can be read`,
    { details: { field: 'version', value: version } },
  );
};

const loadFrom = async (
  storage: Storage,
  listing: LogListing,
  options: LoadOptions,
): Promise<LoadedSnapshot> => {
  const newest = readableVersions(listing)!.newest;
  const last = options.version ?? newest;
  if (last > newest) throw notReadable(storage, last, listing);
  const { snapshot, checkpoint, damage } = await startFrom(
    storage,
    listing,
    last,
    options.tombstones ?? true,
  );
  while (snapshot.version < last) {
    const first = snapshot.version + 1;
    const versions = Array.from(
      { length: Math.min(COMMITS_A_ROUND, last - snapshot.version) },
      (_, index) => first + index,
    );
    // By name and not by the listing: a folder that is listed while others write may leave out a file.
    const commits = await inParallel(versions, READS_AT_A_TIME, (version) => readCommit(storage, version));
    for (const [index, commit] of commits.entries()) {
      if (commit === null) {
        throw damage ?? corrupt(storage, `${commitPath(first + index)} is missing`);
      }
      applyActions(snapshot, commit.version, commit.actions);
    }
  }
  if (snapshot.protocol === null || snapshot.metadata === null) {
    throw corrupt(storage, `${LOG_FOLDER}: version ${snapshot.version} has no protocol or no metadata`);
  }
  return { snapshot, checkpoint };
};

/** From the hint on if that leads to a checkpoint up to the wanted version; else null. */
const loadHinted = async (storage: Storage, hint: number, options: LoadOptions) => {
  const wanted = options.version;
  if (wanted !== undefined && hint > wanted) return null;
  const listing = await listLog(storage, hint);
  if (!listing.checkpoints.some(({ version }) => version <= (wanted ?? version))) return null;
  try {
    return await loadFrom(storage, listing, options);
  } catch (error) {
    // Damaged, or cleaned up while it was read: perhaps the whole log has another way.
    if (!isPlatformError(error, 'DELTA_CORRUPT', 'NOT_FOUND')) throw error;
    return null;
  }
};

/**
 * The state of the table in a storage, the newest one or that of a version; null when there is no table. A damaged
 * checkpoint is passed over if an older one or the first commit is there. Throws DELTA_CORRUPT naming the path when
 * a commit is missing or damaged, NOT_FOUND naming the versions there are when the wanted one cannot be read.
 */
export const loadSnapshot = async (
  storage: Storage,
  options: LoadOptions = {},
): Promise<LoadedSnapshot | null> => {
  const hint = await readCheckpointHint(storage);
  const hinted = hint === null ? null : await loadHinted(storage, hint.version, options);
  if (hinted !== null) return hinted;
  let listing = await listLog(storage);
  for (;;) {
    const readable = readableVersions(listing);
    if (readable === null) {
      if (hint === null) return null;
      throw corrupt(
        storage,
        `${LOG_FOLDER}: the log is gone, its last checkpoint was version ${hint.version}`,
      );
    }
    if (options.version !== undefined && options.version < readable.oldest) {
      throw notReadable(storage, options.version, listing);
    }
    try {
      return await loadFrom(storage, listing, options);
    } catch (error) {
      if (!isPlatformError(error, 'DELTA_CORRUPT')) throw error;
      listing = await listLog(storage);
      // What was cleaned up while it was read is no damage.
      if (readableVersions(listing)?.oldest === readable.oldest) throw error;
    }
  }
};
