import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import type { PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Row } from './schema/table-schema.ts';
import type { DeltaTable } from './table-types.ts';

/** What a record means for its table. `delete` needs an upsert table and holds the key columns. */
export type RowChange =
  | { readonly kind: 'row'; readonly row: Row }
  | { readonly kind: 'delete'; readonly key: Row }
  | { readonly kind: 'skip' };

/** Topics that flow into one table. */
export type SinkRoute = {
  readonly topics: readonly string[];
  readonly table: DeltaTable;
  /** Asynchronous work before the records of a commit are converted, e.g. a codec's `prepare`. */
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
  /**
   * Synchronous; called when the record is committed, and in an upsert table only for the last record of a key, or
   * for the one before it when that is skipped. Whatever it throws stops the sink.
   */
  readonly toChange: (record: KafkaRecord) => RowChange;
};

/** When what has gathered is committed: as soon as one of them is reached. */
export type SinkLimits = {
  /** Records that count: in an upsert table one per record key; default 20 000. */
  readonly rows: number;
  /** Key and value bytes as consumed; default 24 MiB. */
  readonly bytes: number;
  /** Since the first record that waits, in a table that was quiet; default 1000. */
  readonly milliseconds: number;
  /** What that grows to while records keep coming, see `createCommitPace`; default 2000. */
  readonly longestMilliseconds: number;
  /** What that grows to while a backlog is worked off; default 5000. */
  readonly backlogMilliseconds: number;
};

/** One successful commit, for metrics. */
export type SinkCommit = {
  readonly table: string;
  readonly version: number;
  readonly rows: number;
  readonly deletes: number;
  readonly bytes: number;
  /** Conversion, Parquet, fsync and log included. */
  readonly seconds: number;
  /** The next offset to read of each partition that advanced. */
  readonly positions: readonly (TopicPartition & { readonly offset: number })[];
};

/** A record that its table does not hold yet. */
export type WaitingRecord = {
  readonly offset: number /** Epoch milliseconds. */;
  readonly timestamp: number;
};

/** How far a table holds one of the partitions that `positions` was last asked for. */
export type SinkProgress = TopicPartition & {
  readonly table: string;
  /** The next offset after what the table's log holds; null when it holds nothing of the partition. */
  readonly committed: number | null;
  /**
   * The oldest record seen that is not committed, null when all that was written is. It outlives an error that
   * drops what waits: that is read again, and the table is behind until it is committed.
   */
  readonly waiting: WaitingRecord | null;
};

export type TableSinkOptions = {
  /** One per table; no topic twice. */
  readonly routes: readonly SinkRoute[];
  /** The Kafka cluster's id; with topic and partition it names the `txn` (`cluster/topic/partition`). */
  readonly clusterId: string;
  readonly limits?: Partial<SinkLimits>;
  readonly onCommit?: (commit: SinkCommit) => void;
  /** Called once when the sink stops on an error, with the table it met it at; see `TableSink.write`. */
  readonly onError?: (error: PlatformError, table: string | null) => void;
  readonly logger?: Logger;
};

/**
 * Topics into tables, exactly once: the rows of a batch and each partition's next offset are one commit.
 *
 * The consumer's contract: ask `positions` on every assignment, with all partitions now assigned; seek each to
 * its answer (a partition without one is read from its beginning); then `write` records in partition order.
 */
export type TableSink = {
  /**
   * The next offset to read per `topic/partition`, from the tables' logs. Commits what waits first; after an
   * error it drops what waits, reads the logs again and makes the sink usable again.
   */
  readonly positions: (partitions: readonly TopicPartition[]) => Promise<ReadonlyMap<string, number>>;
  /**
   * Takes records into the buffer and resolves as soon as they are accepted, not when they are committed:
   * a commit runs in the background when a limit is reached. It waits while two batches are pending, which is
   * the back-pressure. Records below a partition's position are repeats and are skipped.
   *
   * An error of a commit stops the sink: what waits is dropped, `onError` is called, and every `write` rejects
   * with it until `positions` is called. On DELTA_OFFSET_MISMATCH (another writer moved the position), other
   * retriable codes and DISK_FULL the consumer calls `positions` and seeks; anything else is for the process to
   * crash on.
   */
  readonly write: (records: readonly KafkaRecord[]) => Promise<void>;
  /** Commits what waits; rejects as `write` does. */
  readonly flush: () => Promise<void>;
  /** Of every partition that `positions` was last asked for. */
  readonly progress: () => readonly SinkProgress[];
  /** Commits what waits and stops the timer; does not close the tables. */
  readonly close: () => Promise<void>;
};

export type CreateTableSink = (options: TableSinkOptions) => TableSink;
