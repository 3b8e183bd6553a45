import { addRows, hasRow, type RowSet } from '../deletion-vector/row-set.ts';
import { storeVectors } from '../deletion-vector/vector-storage.ts';
import type { KeyIndex } from '../index/key-index.ts';
import type { Action, AddFile } from '../log/actions.ts';
import { decodeDataPath } from '../log/log-paths.ts';
import type { Snapshot } from '../log/snapshot.ts';
import { parquetRowCount } from '../parquet/read-parquet.ts';
import type { Storage } from '../storage.ts';
import { looseStats, type NewFile, physicalRows, removeOf } from './data-files.ts';
import type { VectorCache } from './vector-cache.ts';

/** The actions that take the former rows of some keys out of sight. */
export type HiddenRows = {
  readonly actions: readonly Action[];
  readonly rows: number;
  /** Files that hold what else was in the files of these rows, if those were rewritten. */
  readonly files: readonly NewFile[];
  /** The vector file that was written for them, to be deleted if they are not committed. */
  readonly vectorFile: string | null;
};

/**
 * Rows of live files that may be those of the keys; null when the index does not reflect the snapshot. It is asked
 * for everything in one go, so that another process cannot bring it to a later version in between.
 */
const candidates = (
  keys: Iterable<string>,
  index: KeyIndex,
  snapshot: Snapshot,
): ReadonlyMap<AddFile, readonly number[]> | null => {
  const stamp = index.stamp();
  if (stamp?.version !== snapshot.version || stamp.tableId !== snapshot.metadata!.id) return null;
  const rowsByFile = new Map<AddFile, number[]>();
  for (const { path, row } of index.findAll(keys)) {
    const file = snapshot.files.get(path);
    if (file === undefined) continue;
    const rows = rowsByFile.get(file);
    if (rows === undefined) rowsByFile.set(file, [row]);
    else rows.push(row);
  }
  return rowsByFile;
};

/**
 * Visible rows of the keys, by file; a key has one unless another writer appended a second one. Null when the index
 * was brought to another version than the snapshot's meanwhile.
 */
export const locateRows = async (
  keys: Iterable<string>,
  context: { readonly index: KeyIndex; readonly snapshot: Snapshot; readonly vectors: VectorCache },
): Promise<ReadonlyMap<AddFile, readonly number[]> | null> => {
  const found = candidates(keys, context.index, context.snapshot);
  if (found === null) return null;
  const visible = new Map<AddFile, readonly number[]>();
  for (const [file, rows] of found) {
    const deleted = await context.vectors.get(file);
    const shown = rows.filter((row) => !hasRow(deleted, row));
    if (shown.length > 0) visible.set(file, shown);
  }
  return visible;
};

/** Hides rows: each file gets a new deletion vector, a file that has no other visible row is removed. */
export const hideRows = async (
  located: ReadonlyMap<AddFile, readonly number[]>,
  context: {
    readonly vectors: VectorCache;
    readonly storage: Storage;
    readonly now: number;
  },
): Promise<HiddenRows> => {
  const { storage, vectors, now } = context;
  const actions: Action[] = [];
  const changed: { readonly file: AddFile; readonly set: RowSet; readonly physical: number }[] = [];
  let rows = 0;
  for (const [file, hidden] of located) {
    rows += hidden.length;
    actions.push({ remove: removeOf(file, { dataChange: true, now }) });
    const set = addRows(await vectors.get(file), hidden);
    const physical =
      physicalRows(file) ?? (await parquetRowCount(storage, decodeDataPath(file.path), file.size));
    if (set.size < physical) changed.push({ file, set, physical });
  }
  const stored = await storeVectors(
    storage,
    changed.map(({ set }) => set),
  );
  changed.forEach(({ file, set, physical }, position) => {
    const deletionVector = stored.descriptors[position]!;
    vectors.keep(file.path, deletionVector, set);
    actions.push({ add: { ...file, dataChange: true, stats: looseStats(file, physical), deletionVector } });
  });
  return { actions, rows, files: [], vectorFile: stored.file };
};
