import { EMPTY_ROW_SET, type RowSet } from '../deletion-vector/row-set.ts';
import { loadVector } from '../deletion-vector/vector-storage.ts';
import { type AddFile, type DeletionVectorDescriptor, vectorId } from '../log/actions.ts';
import { dataFileKey } from '../log/log-paths.ts';
import type { Storage } from '../storage.ts';

/** The deleted rows of live files, decoded once. */
export type VectorCache = {
  readonly get: (file: AddFile) => Promise<RowSet>;
  /** Takes a row set that was just stored. */
  readonly keep: (path: string, descriptor: DeletionVectorDescriptor, set: RowSet) => void;
  /** Forgets the vectors of files that are not live any more. */
  readonly forgetExcept: (live: ReadonlyMap<string, AddFile>) => void;
};

export const createVectorCache = (storage: Storage): VectorCache => {
  const sets = new Map<string, { readonly id: string; readonly set: RowSet }>();
  return {
    get: async (file) => {
      if (file.deletionVector === undefined) return EMPTY_ROW_SET;
      const id = vectorId(file.deletionVector);
      const key = dataFileKey(file.path);
      const known = sets.get(key);
      if (known?.id === id) return known.set;
      const set = await loadVector(storage, file.deletionVector);
      sets.set(key, { id, set });
      return set;
    },
    keep: (path, descriptor, set) => void sets.set(dataFileKey(path), { id: vectorId(descriptor), set }),
    forgetExcept: (live) => {
      for (const key of sets.keys()) if (!live.has(key)) sets.delete(key);
    },
  };
};
