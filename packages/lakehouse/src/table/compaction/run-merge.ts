import { hasRow } from '../../deletion-vector/row-set.ts';
import { loadVector } from '../../deletion-vector/vector-storage.ts';
import { type IndexedFile, keyReader } from '../../index/key-index.ts';
import type { AddFile } from '../../log/actions.ts';
import type { Row } from '../../schema/table-schema.ts';
import type { Storage } from '../../storage.ts';
import {
  createLayout,
  deleteDataFiles,
  type Layout,
  type NewFile,
  readDataFile,
  writeDataFiles,
} from '../data-files.ts';
import type { MergeJob, MergeResult, MergeSource } from './merge-types.ts';

/** What a merge is carried out with; `location` and `index` of the job say what a worker thread has to open. */
export type MergeTools = {
  readonly storage: Storage;
  /** Puts the keys of the output into the index; null when nothing is to be announced. */
  readonly announce: ((file: IndexedFile) => Promise<unknown>) | null;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly signal?: AbortSignal;
};

const visibleRows = async (layout: Layout, file: AddFile): Promise<readonly Row[]> => {
  const rows = await readDataFile(layout, file, layout.fileColumns);
  if (file.deletionVector === undefined) return rows;
  const deleted = await loadVector(layout.storage, file.deletionVector);
  return rows.filter((_, number) => !hasRow(deleted, number));
};

const announceKeys = async (job: MergeJob, { announce }: MergeTools, file: NewFile): Promise<void> => {
  if (announce === null || job.index === null) return;
  const keyOf = keyReader(job.index.columns.map(({ name }) => name));
  await announce({ path: file.add.path, keys: file.rows.map(keyOf) });
};

/**
 * Carries out a merge: writes the visible rows of its inputs, in order, as one file, and announces their keys. The
 * table is not touched. Throws what storage and signal throw; a file written before that is deleted.
 */
export const runMerge = async (job: MergeJob, tools: MergeTools): Promise<MergeResult> => {
  const layout = createLayout(tools.storage, job.schema, job.partitionColumns);
  const rows: Row[] = [];
  const sources: MergeSource[] = [];
  for (const file of job.inputs) {
    tools.signal?.throwIfAborted();
    const visible = await visibleRows(layout, file);
    sources.push({ file, firstRow: rows.length, rows: visible.length });
    for (const row of visible) rows.push(row);
  }
  const [written] = await writeDataFiles(layout, rows, { dataChange: false, now: tools.clock() });
  if (written === undefined) return { output: null, sources };
  try {
    tools.signal?.throwIfAborted();
    await announceKeys(job, tools, written);
  } catch (error) {
    await deleteDataFiles(tools.storage, [written]);
    throw error;
  }
  return { output: written.add, sources };
};
