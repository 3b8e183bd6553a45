import { PlatformError } from '@marketing-streams/platform/errors';
import { vectorFilePath } from '../deletion-vector/vector-storage.ts';
import { inParallel } from '../in-parallel.ts';
import type { DeletionVectorDescriptor } from '../log/actions.ts';
import { requireWritable } from '../log/features.ts';
import { loadSnapshot } from '../log/load-snapshot.ts';
import { decodeDataPath } from '../log/log-paths.ts';
import { deletedFileRetention } from '../log/retention.ts';
import type { Snapshot } from '../log/snapshot.ts';
import { isTemporary, type Storage, type StoredFile } from '../storage.ts';

export type VacuumOptions = {
  /**
   * Files that no version of the last so many milliseconds needs are deleted; the table's
   * `delta.deletedFileRetentionDuration` (a week unless told) by default.
   */
  readonly retentionMilliseconds?: number;
  /** Takes a retention below an hour: nobody else may be writing or reading the table. */
  readonly allowShortRetention?: boolean;
  /** Only tells what would be deleted. */
  readonly dryRun?: boolean;
  /** Epoch milliseconds; the wall clock unless told. */
  readonly clock?: () => number;
  /** Name of the table in errors; its location unless told. */
  readonly name?: string;
};

/** A file that vacuum deleted, or would delete. */
export type VacuumedFile = { readonly path: string; readonly bytes: number };

export type VacuumResult = {
  readonly dryRun: boolean;
  readonly retentionMilliseconds: number;
  /** Version of the table that the files were compared with. */
  readonly version: number;
  /** In order of their paths. */
  readonly files: readonly VacuumedFile[];
  readonly bytes: number;
};

/**
 * Below this, files of a commit under way and of a query that has just begun would be at risk: both are protected
 * by nothing but their age.
 */
export const SHORTEST_SAFE_RETENTION = 3_600_000;

const DELETES_AT_A_TIME = 16;

/**
 * True for what vacuum never looks at: the log, and files and folders that other engines hide by a leading `_` or
 * `.`; a partition folder such as `_day=1` is no hidden one.
 */
const isHidden = (path: string): boolean => {
  const parts = path.split('/');
  const name = parts.pop()!;
  const hidden = (part: string): boolean => part.startsWith('_') || part.startsWith('.');
  if (parts.some((folder) => hidden(folder) && !folder.includes('='))) return true;
  return hidden(name) && !isTemporary(name);
};

const vectorFileOf = (vector: DeletionVectorDescriptor | undefined): readonly string[] => {
  if (vector === undefined || vector.storageType === 'i') return [];
  if (vector.storageType === 'u') return [vectorFilePath(vector.pathOrInlineDv)];
  throw new PlatformError(
    'DELTA_UNSUPPORTED',
    `deletion vector ${vector.pathOrInlineDv} has an absolute path: it cannot be told from a file to delete`,
  );
};

/** Paths of the files that the table's present version and the versions of the retention need. */
const neededFiles = (snapshot: Snapshot, removedSince: number): ReadonlySet<string> => {
  const needed = new Set<string>();
  for (const file of snapshot.files.values()) {
    needed.add(decodeDataPath(file.path));
    for (const path of vectorFileOf(file.deletionVector)) needed.add(path);
  }
  for (const tombstone of snapshot.tombstones.values()) {
    if (tombstone.deletionTimestamp < removedSince) continue;
    needed.add(decodeDataPath(tombstone.path));
    for (const path of vectorFileOf(tombstone.deletionVector)) needed.add(path);
  }
  return needed;
};

const requireRetention = (name: string, retention: number, allowShort: boolean): void => {
  if (Number.isFinite(retention) && retention >= (allowShort ? 0 : SHORTEST_SAFE_RETENTION)) return;
  throw new PlatformError(
    'CONFIG_INVALID',
    `${name}: a retention of ${retention} ms puts files that are being written or read at risk; the shortest safe one is ${SHORTEST_SAFE_RETENTION} ms`,
    { details: { field: 'retentionMilliseconds', value: retention } },
  );
};

/**
 * Deletes the files below a table's root that neither its present version nor a version of the retention needs:
 * orphans of failed commits, files that were merged or emptied, outdated deletion vectors. It needs no lock: files
 * are listed before the newest version is read, so that whatever is committed meanwhile is younger than the
 * retention or known. What a crash in the middle leaves is found the next time. Throws CONFIG_INVALID for an unsafe
 * retention, NOT_FOUND when there is no table, DELTA_UNSUPPORTED for a table whose files this package cannot tell.
 */
export const vacuumTable = async (storage: Storage, options: VacuumOptions = {}): Promise<VacuumResult> => {
  const { allowShortRetention = false, dryRun = false, clock = Date.now } = options;
  const name = options.name ?? storage.location;
  if (options.retentionMilliseconds !== undefined) {
    requireRetention(name, options.retentionMilliseconds, allowShortRetention);
  }
  const now = clock();
  const candidates: StoredFile[] = [];
  for await (const file of storage.walk('')) if (!isHidden(file.path)) candidates.push(file);
  const loaded = await loadSnapshot(storage);
  if (loaded === null) throw new PlatformError('NOT_FOUND', `${storage.location} is no Delta table`);
  const { snapshot } = loaded;
  requireWritable(name, snapshot.protocol!, snapshot.metadata!);
  const retention = options.retentionMilliseconds ?? deletedFileRetention(snapshot.metadata!);
  requireRetention(name, retention, allowShortRetention);
  const before = now - retention;
  const needed = neededFiles(snapshot, before);
  const files = candidates
    .filter((file) => file.modifiedAt < before && !needed.has(file.path))
    .map(({ path, bytes }) => ({ path, bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (!dryRun) await inParallel(files, DELETES_AT_A_TIME, ({ path }) => storage.delete(path));
  return {
    dryRun,
    retentionMilliseconds: retention,
    version: snapshot.version,
    files,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
  };
};
