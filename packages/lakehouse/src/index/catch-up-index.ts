import type { AddFile } from '../log/actions.ts';
import { type Commit, readCommit } from '../log/load-snapshot.ts';
import type { Snapshot } from '../log/snapshot.ts';
import type { Storage } from '../storage.ts';
import type { IndexedFile, IndexStamp, KeyIndex } from './key-index.ts';

type CatchUp = {
  readonly index: KeyIndex;
  readonly snapshot: Snapshot;
  readonly storage: Storage;
  /** Reads the keys of a file's visible rows. */
  readonly readKeys: (file: AddFile) => Promise<IndexedFile>;
};

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
  readonly resurrected: readonly string[];
};

const fileChanges = (commits: readonly Commit[], index: KeyIndex): FileChanges => {
  const gone = new Set<string>();
  const resurrected = new Set<string>();
  for (const { actions } of commits) {
    const removed = new Map(
      actions.flatMap(({ remove }) => (remove ? [[remove.path, remove] as const] : [])),
    );
    for (const { add } of actions) {
      if (!add) continue;
      const before = removed.get(add.path);
      const wasVisible = before !== undefined;
      const fewerDeleted =
        (add.deletionVector?.cardinality ?? 0) < (before?.deletionVector?.cardinality ?? 0);
      if ((!wasVisible && index.hasFile(add.path)) || fewerDeleted) resurrected.add(add.path);
      removed.delete(add.path);
      gone.delete(add.path);
    }
    for (const path of removed.keys()) gone.add(path);
  }
  return { gone: [...gone], resurrected: [...resurrected] };
};

/**
 * Brings the index to the version of the snapshot: only the keys of files it has not seen are read from Parquet.
 * An index of another table, of a version to come or of before the log's memory is filled anew. False when another
 * process advanced it meanwhile; then the snapshot may be outdated and everything has to be looked at again.
 */
export const catchUpIndex = async ({ index, snapshot, storage, readKeys }: CatchUp): Promise<boolean> => {
  const target: IndexStamp = { tableId: snapshot.metadata!.id, version: snapshot.version };
  let stamp = index.stamp();
  if (stamp?.tableId === target.tableId && stamp.version === target.version) return true;
  const usable = stamp !== null && stamp.tableId === target.tableId && stamp.version < target.version;
  const commits = usable ? await commitsBetween(storage, stamp!.version, target.version) : null;
  let changes: FileChanges = { gone: [], resurrected: [] };
  if (commits === null) {
    index.clear();
    stamp = null;
  } else changes = fileChanges(commits, index);
  const resurrected = new Set(changes.resurrected);
  for (const file of snapshot.files.values()) {
    if (index.hasFile(file.path) && !resurrected.has(file.path)) continue;
    const added = [await readKeys(file)];
    // The stamp moves only with the last step: after a crash the rest is caught up, or filled anew.
    if (!index.advance(stamp, stamp ?? { ...target, version: -1 }, { added, gone: [], deletedKeys: [] }))
      return false;
    stamp ??= { ...target, version: -1 };
  }
  return index.advance(stamp, target, { added: [], gone: changes.gone, deletedKeys: [] });
};
