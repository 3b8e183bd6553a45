import { randomUUID } from 'node:crypto';
import { reachFailPoint } from '@marketing-streams/platform/fail-points';
import { EMPTY_ROW_SET, hasRow, type RowSet } from '../../deletion-vector/row-set.ts';
import { loadVector } from '../../deletion-vector/vector-storage.ts';
import { type IndexedFile, keyReader } from '../../index/key-index.ts';
import type { AddFile } from '../../log/actions.ts';
import { dataFileKey, decodeDataPath, encodeDataPath } from '../../log/log-paths.ts';
import { openParquetColumns } from '../../parquet/read-parquet.ts';
import { createParquetWriter, type ParquetWriter } from '../../parquet/write-parquet.ts';
import type { Row } from '../../schema/table-schema.ts';
import type { Storage } from '../../storage.ts';
import { createLayout, type Layout } from '../data-files.ts';
import { partitionFolder, partitionRow } from '../partition-values.ts';
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

/** The keys of the output's rows, gathered as the rows pass. */
type KeyCollector = {
  readonly keys: string[];
  /** Takes the visible values of the key columns of one input. */
  readonly add: (rows: number, values: ReadonlyMap<string, readonly unknown[]>, constant: Row) => void;
};

const collectKeys = (columns: readonly string[]): KeyCollector => {
  const keyOf = keyReader(columns);
  const keys: string[] = [];
  return {
    keys,
    add: (rows, values, constant) => {
      for (let row = 0; row < rows; row++) {
        const key: Record<string, unknown> = {};
        for (const column of columns) key[column] = values.get(column)?.[row] ?? constant[column];
        keys.push(keyOf(key));
      }
    },
  };
};

const visibleOf = (rows: number, hidden: RowSet): readonly number[] | null =>
  hidden.size === 0
    ? null
    : Array.from({ length: rows }, (_, row) => row).filter((row) => !hasRow(hidden, row));

/** Adds the visible rows of a file to the output, column by column; how many they are. */
const copyRows = async (
  layout: Layout,
  file: AddFile,
  writer: ParquetWriter,
  collector: { readonly columns: ReadonlySet<string>; readonly keys: KeyCollector } | null,
): Promise<number> => {
  const { storage, fileColumns, partitionColumns } = layout;
  const input = await openParquetColumns(storage, decodeDataPath(file.path), file.size);
  const hidden =
    file.deletionVector === undefined ? EMPTY_ROW_SET : await loadVector(storage, file.deletionVector);
  const visible = visibleOf(input.rows, hidden);
  const rows = visible?.length ?? input.rows;
  const keyValues = new Map<string, readonly unknown[]>();
  for (const [number, column] of fileColumns.entries()) {
    const all = await input.read(column);
    const values = visible === null ? all : all && visible.map((row) => all[row]);
    const { write } = writer.columns[number]!;
    for (let row = 0; row < rows; row++) write(values === null ? null : values[row], 0);
    if (values !== null && collector?.columns.has(column.name)) keyValues.set(column.name, values);
  }
  writer.endRows(rows);
  collector?.keys.add(rows, keyValues, partitionRow(partitionColumns, file.partitionValues));
  return rows;
};

const writeOutput = async (
  job: MergeJob,
  writer: ParquetWriter,
  { storage, clock }: MergeTools,
): Promise<AddFile> => {
  const { data, stats } = writer.finish();
  const { partitionValues } = job.inputs[0]!;
  const path = `${partitionFolder(partitionValues)}part-00000-${randomUUID()}.c000.zstd.parquet`;
  await storage.write(path, data);
  return {
    path: encodeDataPath(path),
    partitionValues,
    size: data.byteLength,
    modificationTime: clock(),
    dataChange: false,
    stats,
  };
};

/**
 * Carries out a merge: writes the visible rows of its inputs, in order, as one file, and announces their keys. The
 * table is not touched. Throws what storage and signal throw; a file written before that is deleted.
 */
export const runMerge = async (job: MergeJob, tools: MergeTools): Promise<MergeResult> => {
  const { storage, announce, signal } = tools;
  const layout = createLayout(storage, job.schema, job.partitionColumns);
  const keyColumns = announce === null ? undefined : job.index?.columns.map(({ name }) => name);
  const collector =
    keyColumns === undefined ? null : { columns: new Set(keyColumns), keys: collectKeys(keyColumns) };
  const writer = createParquetWriter(layout.fileColumns);
  const sources: MergeSource[] = [];
  let total = 0;
  for (const file of job.inputs) {
    signal?.throwIfAborted();
    const rows = await copyRows(layout, file, writer, collector);
    sources.push({ file, firstRow: total, rows });
    total += rows;
    reachFailPoint('during-compaction');
  }
  if (total === 0) return { output: null, sources };
  const output = await writeOutput(job, writer, tools);
  reachFailPoint('during-compaction');
  try {
    signal?.throwIfAborted();
    if (collector !== null) await announce!({ path: dataFileKey(output.path), keys: collector.keys.keys });
  } catch (error) {
    await storage.delete(decodeDataPath(output.path)).catch(() => {});
    throw error;
  }
  reachFailPoint('during-compaction');
  return { output, sources };
};
