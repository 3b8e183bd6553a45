import type { Logger } from '@marketing-streams/platform/logging';
import type { Row, TableSchema } from './schema/table-schema.ts';
import type { Storage } from './storage.ts';
import type { MergeThresholds, OptimizeResult, TableMerges } from './table/compaction/merge-types.ts';

/** `append`: rows are only added. `upsert`: one row per key; the key columns are never null. */
export type TableKind = 'append' | { readonly upsert: readonly string[] };

/**
 * The progress of one application in the same commit as its rows: the commit succeeds only if the table still
 * holds exactly `expected` for `appId` (null: nothing yet).
 */
export type TransactionStep = {
  readonly appId: string;
  readonly expected: number | null;
  readonly version: number;
};

export type WriteOptions = {
  /** At most one step per application. */
  readonly txns?: readonly TransactionStep[];
};

/** What a write led to. */
export type CommitResult = {
  /** Version of the table that holds the rows; the version before the call when there was nothing to write. */
  readonly version: number;
  readonly rowsAdded: number;
  /** Rows of upsert tables that are not visible any more: replaced or deleted ones. */
  readonly rowsRemoved: number;
  readonly filesAdded: number;
  /** Bytes of Parquet written. */
  readonly bytes: number;
};

/** A live data file of the table. */
export type TableFile = {
  /** Path relative to the table's root, decoded. */
  readonly path: string;
  readonly bytes: number;
  /** Physical rows, those that a deletion vector hides included; null when a foreign writer left out the stats. */
  readonly rows: number | null;
  readonly deletedRows: number;
  readonly partitionValues: Readonly<Record<string, string | null>>;
};

/** One commit, as its `commitInfo` tells; newest first in `history`. */
export type HistoryEntry = {
  readonly version: number;
  /** Epoch milliseconds; `readTable` at this moment reads this version. */
  readonly timestamp: number;
  readonly operation: string;
  /** Values are as the writer put them, mostly texts of JSON. */
  readonly operationParameters: Readonly<Record<string, unknown>>;
  readonly operationMetrics: Readonly<Record<string, string>>;
  /** The program that wrote it, as it calls itself; null when it does not tell. */
  readonly engineInfo: string | null;
};

export type OpenTableOptions = {
  /** Folder or `s3://bucket/prefix` of the table (see `openStorage`), or its storage; created when absent. */
  readonly path: string | Storage;
  /** Name for people, e.g. `silver.orders`. */
  readonly name: string;
  /** Columns of a table to create; an existing table must have the same ones (DELTA_SCHEMA_MISMATCH). */
  readonly schema: TableSchema;
  readonly kind: TableKind;
  readonly partitionColumns?: readonly string[];
  /** Folder of the key index of an upsert table; may be lost at any time. Threads and processes may share it. */
  readonly indexDir?: string;
  /**
   * Delta table properties of a table to create, e.g. `delta.deletedFileRetentionDuration`. An upsert table with
   * `delta.enableDeletionVectors` `false` is plain: upserts rewrite the files whose rows they change, which costs
   * more, and readers of any age can read it.
   */
  readonly properties?: Readonly<Record<string, string>>;
  /** Epoch milliseconds; the wall clock unless told. */
  readonly clock?: () => number;
  readonly logger?: Logger;
  /**
   * `inline` (unless told): the commit that makes a checkpoint due waits for it. `elsewhere`: none are written by
   * this instance, somebody calls `checkpointTable` now and then; commits stay quick and no tombstones are kept.
   */
  readonly checkpoints?: 'inline' | 'elsewhere';
};

/** What can be read of a table: as a writer last saw it, or as it was at one version. */
export type TableView = {
  readonly name: string;
  /** The table's root as engines name it: a folder or a URL. */
  readonly location: string;
  readonly schema: TableSchema;
  /** Their values are in the log (`TableFile.partitionValues`) and not in the data files. */
  readonly partitionColumns: readonly string[];
  /** The version that is seen. */
  readonly version: () => number;
  /** The last `txn` version of an application, or null. */
  readonly position: (appId: string) => number | null;
  /** Live files. */
  readonly files: () => readonly TableFile[];
  /** Numbers of the rows that the deletion vector of a live file hides, ascending. */
  readonly deletedRows: (path: string) => Promise<Iterable<number>>;
  /** Every visible row, file by file. */
  readonly scanRows: () => AsyncIterable<Row>;
  /** Commits, newest first, as far back as the log goes or `limit` says. */
  readonly history: (limit?: number) => Promise<readonly HistoryEntry[]>;
};

/**
 * A Delta table open for writing. Calls of one instance run one after the other; other instances, processes
 * and engines may write at the same time.
 */
export type DeltaTable = TableView & {
  readonly kind: TableKind;
  /** Reads what others committed meanwhile. */
  readonly refresh: () => Promise<void>;
  /**
   * Adds rows to an append table; they may be made while they are taken. Nothing is written for no rows and no txns. Throws DELTA_SCHEMA_MISMATCH
   * naming the column, DELTA_OFFSET_MISMATCH when a txn's expected value is not the table's, DELTA_CONFLICT
   * when the table's schema or protocol was changed meanwhile.
   */
  readonly append: (rows: Iterable<Row>, options?: WriteOptions) => Promise<CommitResult>;
  /**
   * Writes rows by key and deletes rows by key (only the key columns of `deletes` are read). Of several rows
   * with one key the last counts; a key both written and deleted is written. Deleting an absent key is fine.
   * Throws as `append` does.
   */
  readonly upsert: (
    rows: readonly Row[],
    deletes: readonly Row[],
    options?: WriteOptions,
  ) => Promise<CommitResult>;
  /**
   * `upsert` for callers who know the keys (`keyReader` of the table's key columns): the row of each key, or null to
   * delete it.
   */
  readonly upsertByKey: (
    rows: ReadonlyMap<string, Row | null>,
    options?: WriteOptions,
  ) => Promise<CommitResult>;
  /** Merges step by step, for maintenance beside the table's other calls. */
  readonly merges: TableMerges;
  /**
   * Merges small files of similar size, where at least `minFiles` (default 16) of them have gathered, and rewrites
   * files of which more than a fifth of the rows are hidden, until nothing is left to do. Rows are only moved
   * (`dataChange: false`). Other calls of the table go on meanwhile, they wait for the commits only.
   */
  readonly optimize: (thresholds?: MergeThresholds) => Promise<OptimizeResult>;
  /** Waits for the calls under way and closes the index. */
  readonly close: () => Promise<void>;
};

/**
 * Opens a table, creating it when there is none. Throws DELTA_UNSUPPORTED naming the features it cannot
 * honour, DELTA_SCHEMA_MISMATCH when the existing table has other columns, DELTA_CORRUPT with the path when
 * the log cannot be read.
 */
export type OpenTable = (options: OpenTableOptions) => Promise<DeltaTable>;
