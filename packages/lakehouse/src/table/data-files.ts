import { randomUUID } from 'node:crypto';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { AddFile, RemoveFile } from '../log/actions.ts';
import { decodeDataPath, encodeDataPath } from '../log/log-paths.ts';
import { readParquet } from '../parquet/read-parquet.ts';
import { writeParquet } from '../parquet/write-parquet.ts';
import type { Column, Row, TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import {
  type PartitionValues,
  partitionFolder,
  partitionRow,
  partitionValuesOf,
} from './partition-values.ts';

/** How the rows of a table are laid out in files. */
export type Layout = {
  readonly storage: Storage;
  readonly schema: TableSchema;
  readonly partitionColumns: readonly Column[];
  /** The columns that are in the files: all but the partition columns. */
  readonly fileColumns: TableSchema;
};

/** A data file written but not yet committed, and its rows as they were given, in the file's order. */
export type NewFile = { readonly add: AddFile; readonly rows: Iterable<Row>; readonly rowCount: number };

export const createLayout = (
  storage: Storage,
  schema: TableSchema,
  partitionColumns: readonly string[],
): Layout => {
  const isPartition = new Set(partitionColumns);
  return {
    storage,
    schema,
    partitionColumns: partitionColumns.map((name) => {
      const column = schema.find((candidate) => candidate.name === name);
      if (column === undefined)
        throw new PlatformError('DELTA_SCHEMA_MISMATCH', `there is no column ${name} to partition by`);
      return column;
    }),
    fileColumns: schema.filter((column) => !isPartition.has(column.name)),
  };
};

type Partition = { readonly values: PartitionValues; readonly rows: Row[] };

const byPartition = (
  layout: Layout,
  rows: Iterable<Row>,
): Iterable<{
  readonly values: PartitionValues;
  readonly rows: Iterable<Row>;
}> => {
  if (layout.partitionColumns.length === 0) return [{ values: {}, rows }];
  const partitions = new Map<string, Partition>();
  for (const row of rows) {
    const values = partitionValuesOf(layout.partitionColumns, row);
    const key = JSON.stringify(values);
    const partition = partitions.get(key);
    if (partition === undefined) partitions.set(key, { values, rows: [row] });
    else partition.rows.push(row);
  }
  return partitions.values();
};

const writeDataFile = async (
  layout: Layout,
  values: PartitionValues,
  rows: Iterable<Row>,
  options: { readonly dataChange: boolean; readonly now: number },
): Promise<NewFile | null> => {
  const file = writeParquet(layout.fileColumns, rows);
  if (file.rows === 0) return null;
  const path = `${partitionFolder(values)}part-00000-${randomUUID()}.c000.zstd.parquet`;
  await layout.storage.write(path, file.data);
  return {
    rows,
    rowCount: file.rows,
    add: {
      path: encodeDataPath(path),
      partitionValues: values,
      size: file.data.byteLength,
      modificationTime: options.now,
      dataChange: options.dataChange,
      stats: file.stats,
    },
  };
};

/**
 * Writes rows as data files, one per partition, durable when it resolves; none for no rows. Without partitions rows may
 * be made while they are taken. Throws DELTA_SCHEMA_MISMATCH naming the column; files written before that are deleted.
 */
export const writeDataFiles = async (
  layout: Layout,
  rows: Iterable<Row>,
  options: { readonly dataChange: boolean; readonly now: number },
): Promise<readonly NewFile[]> => {
  const written: NewFile[] = [];
  try {
    for (const { values, rows: group } of byPartition(layout, rows)) {
      const file = await writeDataFile(layout, values, group, options);
      if (file !== null) written.push(file);
    }
  } catch (error) {
    await deleteDataFiles(layout.storage, written);
    throw error;
  }
  return written;
};

/** Deletes files that no commit names; one that cannot be deleted is an orphan that vacuum takes later. */
export const deleteDataFiles = async (storage: Storage, files: readonly NewFile[]): Promise<void> => {
  for (const { add } of files) await storage.delete(decodeDataPath(add.path)).catch(() => {});
};

/** All physical rows of a data file with the columns asked for, in the file's order. */
export const readDataFile = async (
  layout: Layout,
  file: AddFile,
  columns: TableSchema,
): Promise<readonly Row[]> => {
  const { partitionColumns } = layout;
  const rows = await readParquet(layout.storage, decodeDataPath(file.path), file.size, columns);
  if (partitionColumns.length === 0) return rows;
  const constant = partitionRow(partitionColumns, file.partitionValues);
  return rows.map((row) => ({ ...row, ...constant }));
};

const recordCounts = new WeakMap<AddFile, number | null>();

/** Physical rows of a file by its stats; null when its writer left them out. */
export const physicalRows = (file: AddFile): number | null => {
  let count = recordCounts.get(file);
  if (count === undefined) {
    // Bounds may be numbers that JavaScript cannot hold; most writers put the count first, so that a file whose
    // vector has changed need not be parsed.
    const first = /^\{"numRecords":(\d+)[,}]/.exec(file.stats ?? '');
    const stats: { readonly numRecords?: number } =
      first === null ? JSON.parse(file.stats ?? '{}') : { numRecords: Number(first[1]) };
    count = stats.numRecords ?? null;
    recordCounts.set(file, count);
  }
  return count;
};

/**
 * A file below this is read as quickly as its bounds are, and merged soon. Every upsert names the files whose rows it
 * replaces anew in the log: with their bounds that is 2.2 KB a file, without them 0.9 KB.
 */
const WORTH_BOUNDS_BYTES = 1024 * 1024;

/**
 * The stats of a file some rows of which a vector hides: bounds and null counts are not tight any more, and small
 * files go without them.
 */
export const looseStats = (file: AddFile, rows: number): string => {
  const { stats } = file;
  if (stats === undefined || physicalRows(file) === null || file.size < WORTH_BOUNDS_BYTES)
    return `{"numRecords":${rows},"tightBounds":false}`;
  if (/"tightBounds"\s*:\s*(true|false)/.test(stats)) {
    return stats.replace(/"tightBounds"\s*:\s*true/, '"tightBounds":false');
  }
  return stats.replace(/\}\s*$/, ',"tightBounds":false}');
};

/** The `remove` that takes an `add` out of the table. */
export const removeOf = (
  file: AddFile,
  options: { readonly dataChange: boolean; readonly now: number },
): RemoveFile => ({
  path: file.path,
  deletionTimestamp: options.now,
  dataChange: options.dataChange,
  extendedFileMetadata: true,
  partitionValues: file.partitionValues,
  size: file.size,
  ...(file.deletionVector === undefined ? {} : { deletionVector: file.deletionVector }),
});
