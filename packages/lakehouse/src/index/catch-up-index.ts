import { type AddFile, type RemoveFile, vectorId } from '../log/actions.ts';
import { type Commit, readCommit } from '../log/load-snapshot.ts';
import { dataFileKey } from '../log/log-paths.ts';
import type { Snapshot } from '../log/snapshot.ts';
import type { Storage } from '../storage.ts';
import type { IndexStamp } from './index-store.ts';
import type { IndexedFile, KeyIndex } from './key-index.ts';

type CatchUp = {
  readonly index: KeyIndex;
  readonly snapshot: Snapshot;
  readonly storage: Storage;
  /** Reads the keys of all rows of a file: those that are hidden now may be visible to others. */
  readonly readKeys: (file: AddFile) => Promise<IndexedFile>;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Longer than anybody takes from announcing a file to committing it. */
const STALE_MILLISECONDS = 86_400_000;

/** The commits after `from` up to `to`, or null when the log does not reach back that far. */
const commitsBetween = async (
  storage: Storage,
  from: number,
  to: number,
): Promise<readonly Commit[] | null> => {
  const commits: Commit[] = [];
  for (let version = from + 1; version <= to; version++) {
    const commit = await readCommit(storage, version);
    if (commit === null) return null;
    commits.push(commit);
  }
  return commits;
};

type FileChanges = {
  /** Data files that are no longer part of the table. */
  readonly gone: readonly string[];
  /** Known files some rows of which have become visible again, as RESTORE does. */
  readonly resurrected: ReadonlySet<string>;
};

/**
 * True when rows that were hidden may be visible now. Vectors are not compared row by row: those of writers grow, and
 * only RESTORE puts back one of before, which may hide fewer rows, as many, or more but other ones.
 */
const showsMore = (add: AddFile, before: RemoveFile | undefined, isRestore: boolean): boolean => {
  if (before === undefined || vectorId(before.deletionVector) === vectorId(add.deletionVector)) return false;
  const [hidden, hiddenBefore] = [add, before].map(({ deletionVector }) => deletionVector?.cardinality ?? 0);
  return isRestore || hidden! <= hiddenBefore!;
};

const fileChanges = (commits: readonly Commit[]): FileChanges => {
  const gone = new Set<string>();
  const resurrected = new Set<string>();
  for (const { actions } of commits) {
    const isRestore = actions.some(({ commitInfo }) => commitInfo?.operation === 'RESTORE');
    const removed = new Map(
      actions.flatMap(({ remove }) => (remove ? [[dataFileKey(remove.path), remove] as const] : [])),
    );
    for (const { add } of actions) {
      if (!add) continue;
      const path = dataFileKey(add.path);
      if (gone.delete(path) || showsMore(add, removed.get(path), isRestore)) resurrected.add(path);
      removed.delete(path);
    }
    for (const path of removed.keys()) gone.add(path);
  }
  return { gone: [...gone], resurrected };
};

async function* readAll(
  files: readonly AddFile[],
  readKeys: CatchUp['readKeys'],
): AsyncGenerator<IndexedFile> {
  for (const file of files) yield readKeys(file);
}

/** Forgets what was announced long ago and never came. */
const forgetStale = (index: KeyIndex, snapshot: Snapshot, now: number): void => {
  const stale = index
    .announcements()
    .filter(({ path, announcedAt }) => announcedAt < now - STALE_MILLISECONDS && !snapshot.files.has(path));
  if (stale.length > 0) index.forget(stale.map(({ path }) => path));
};

/**
 * Brings the index to the version of the snapshot: only the keys of files it has not seen are read from Parquet.
 * An index of another table, of a version to come or of before the log's memory is filled anew. Files are put in
 * as announced ones, and the stamp moves only with the last step: several processes may do this at once, and
 * after a crash the next one goes on. False when another process advanced the index meanwhile, or to a version that
 * the log has and the snapshot does not: then the snapshot is outdated and everything has to be looked at again.
 */
export const catchUpIndex = async (catchUp: CatchUp): Promise<boolean> => {
  const { index, snapshot, storage } = catchUp;
  const target: IndexStamp = { tableId: snapshot.metadata!.id, version: snapshot.version };
  forgetStale(index, snapshot, catchUp.now);
  let stamp = index.stamp();
  if (stamp?.tableId === target.tableId && stamp.version === target.version) return true;
  const isAhead = stamp?.tableId === target.tableId && stamp.version > target.version;
  // Another process was quicker. Only an index of versions that the log does not have is of no use.
  if (isAhead && (await readCommit(storage, target.version + 1)) !== null) return false;
  const usable = stamp !== null && stamp.tableId === target.tableId && stamp.version < target.version;
  const commits = usable ? await commitsBetween(storage, stamp!.version, target.version) : null;
  if (commits === null && stamp !== null) {
    index.clear();
    stamp = null;
  }
  const { gone, resurrected } = fileChanges(commits ?? []);
  const unseen = [...snapshot.files]
    .filter(([path]) => resurrected.has(path) || !index.hasFile(path))
    .map(([, file]) => file);
  if (unseen.length > 0 && !(await index.announceAll(readAll(unseen, catchUp.readKeys)))) return false;
  const announced = index
    .announcements()
    .map(({ path }) => path)
    .filter((path) => snapshot.files.has(path));
  return index.advance(stamp, target, { added: [], announced, gone, deletedKeys: [] });
};
