import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import type { Storage, StoredFile } from '../storage.ts';
import { type Action, parseActions } from './actions.ts';
import { readCheckpointFile, readCheckpointHint } from './checkpoint.ts';
import { commitPath, LOG_FOLDER, logNamePrefix, parseLogName } from './log-paths.ts';
import { applyActions, emptySnapshot, type Snapshot } from './snapshot.ts';

/** One version of the log. */
export type Commit = { readonly version: number; readonly actions: readonly Action[] };

type Checkpoint = { readonly version: number; readonly files: readonly StoredFile[] };

/** The commit of a version, or null when there is none yet. Throws DELTA_CORRUPT with the path for a damaged one. */
export const readCommit = async (storage: Storage, version: number): Promise<Commit | null> => {
  const path = commitPath(version);
  const bytes = await storage.read(path);
  if (bytes === null) return null;
  try {
    return { version, actions: parseActions(bytes.toString('utf8')) };
  } catch (cause) {
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path}: ${messageOf(cause)}`, { cause });
  }
};

/** The newest checkpoint of a listing whose parts are all there. */
const newestCheckpoint = (files: readonly StoredFile[]): Checkpoint | null => {
  const candidates = new Map<string, { version: number; parts: number; files: StoredFile[] }>();
  for (const file of files) {
    const parsed = parseLogName(file.path);
    if (parsed?.kind !== 'checkpoint') continue;
    const key = `${parsed.version}/${parsed.parts}`;
    const candidate = candidates.get(key) ?? { version: parsed.version, parts: parsed.parts, files: [] };
    candidate.files.push(file);
    candidates.set(key, candidate);
  }
  let newest: Checkpoint | null = null;
  for (const candidate of candidates.values()) {
    const complete = candidate.files.length === candidate.parts;
    if (complete && candidate.version > (newest?.version ?? -1)) newest = candidate;
  }
  return newest;
};

const corrupt = (storage: Storage, what: string): PlatformError =>
  new PlatformError('DELTA_CORRUPT', `${storage.location}/${LOG_FOLDER}: ${what}`);

/**
 * The newest state of the table in a storage, with the version of the checkpoint it starts from; null when there
 * is no table. Throws DELTA_CORRUPT naming the path when a commit is missing or damaged.
 */
export const loadSnapshot = async (
  storage: Storage,
): Promise<{ readonly snapshot: Snapshot; readonly checkpoint: number | null } | null> => {
  const hint = await readCheckpointHint(storage);
  let listing = await storage.list(LOG_FOLDER, hint === null ? undefined : logNamePrefix(hint));
  let checkpoint = newestCheckpoint(listing);
  if (checkpoint === null && hint !== null) {
    listing = await storage.list(LOG_FOLDER);
    checkpoint = newestCheckpoint(listing);
  }
  const snapshot = emptySnapshot();
  for (const file of checkpoint?.files ?? []) {
    applyActions(snapshot, checkpoint!.version, await readCheckpointFile(storage, file.path, file.bytes));
  }
  const versions = listing
    .map((file) => parseLogName(file.path))
    .filter((file) => file?.kind === 'commit')
    .map((file) => file!.version)
    .filter((version) => version > snapshot.version);
  for (const version of versions) {
    if (version !== snapshot.version + 1) throw corrupt(storage, `commit ${snapshot.version + 1} is missing`);
    const commit = await readCommit(storage, version);
    if (commit === null) throw corrupt(storage, `commit ${version} is missing`);
    applyActions(snapshot, version, commit.actions);
  }
  if (snapshot.version < 0) return null;
  if (snapshot.protocol === null || snapshot.metadata === null) {
    throw corrupt(storage, `version ${snapshot.version} has no protocol or no metadata`);
  }
  return { snapshot, checkpoint: checkpoint?.version ?? null };
};
