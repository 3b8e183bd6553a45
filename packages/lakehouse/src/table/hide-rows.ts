import { addRows, hasRow, type RowSet } from '../deletion-vector/row-set.ts';
import { storeVectors } from '../deletion-vector/vector-storage.ts';
import type { KeyIndex } from '../index/key-index.ts';
import type { Action, AddFile } from '../log/actions.ts';
import { decodeDataPath } from '../log/log-paths.ts';
import type { Snapshot } from '../log/snapshot.ts';
import { parquetRowCount } from '../parquet/read-parquet.ts';
import type { Storage } from '../storage.ts';
import { looseStats, physicalRows, removeOf } from './data-files.ts';
import type { VectorCache } from './vector-cache.ts';

/** The actions that hide the former rows of some keys. */
export type HiddenRows = {
  readonly actions: readonly Action[];
  readonly rows: number;
  /** The vector file that was written for them, to be deleted if they are not committed. */
  readonly vectorFile: string | null;
};

/** Visible rows of the keys, by file; a key has one unless another writer appended a second one. */
const locate = async (
  keys: Iterable<string>,
  index: KeyIndex,
  snapshot: Snapshot,
  vectors: VectorCache,
): Promise<ReadonlyMap<AddFile, readonly number[]>> => {
  const rowsByFile = new Map<AddFile, number[]>();
  const deletedByPath = new Map<string, RowSet>();
  for (const key of keys) {
    for (const { path, row } of index.find(key)) {
      const file = snapshot.files.get(path);
      if (file === undefined) continue;
      let deleted = deletedByPath.get(path);
      if (deleted === undefined) {
        deleted = await vectors.get(file);
        deletedByPath.set(path, deleted);
      }
      if (hasRow(deleted, row)) continue;
      const rows = rowsByFile.get(file);
      if (rows === undefined) rowsByFile.set(file, [row]);
      else rows.push(row);
    }
  }
  return rowsByFile;
};

/**
 * Hides the visible rows of keys: each file that has some gets a new deletion vector, a file that has no other
 * visible row is removed. The index must reflect the snapshot.
 */
export const hideRows = async (
  keys: Iterable<string>,
  context: {
    readonly index: KeyIndex;
    readonly snapshot: Snapshot;
    readonly vectors: VectorCache;
    readonly storage: Storage;
    readonly now: number;
  },
): Promise<HiddenRows> => {
  const { storage, vectors, now } = context;
  const located = await locate(keys, context.index, context.snapshot, vectors);
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
  return { actions, rows, vectorFile: stored.file };
};
