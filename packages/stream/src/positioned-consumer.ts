import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { KafkaClient } from './kafka/api.ts';

export type PositionedConsumerOptions = {
  readonly kafka: KafkaClient;
  readonly groupId: string;
  readonly topics: readonly string[];
  /**
   * The next offset to read per `topic/partition`, from the sink's own storage; a partition without one is read
   * from its beginning. Asked on every assignment and after every rejection of `onRecords`.
   */
  readonly positions: (partitions: readonly TopicPartition[]) => Promise<ReadonlyMap<string, number>>;
  /**
   * Takes what has arrived, in order per partition; the next call comes when this one has resolved. A retriable
   * PlatformError makes the consumer back off, ask `positions`, seek and go on; any other rejection stops it.
   */
  readonly onRecords: (records: readonly KafkaRecord[]) => Promise<void>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Called once when the consumer has stopped on an error that nobody can retry; rethrows by default. */
  readonly onError?: (error: unknown) => void;
  readonly sessionTimeoutMilliseconds?: number;
};

/** How far one partition has been delivered. */
export type PartitionProgress = TopicPartition & {
  /** The next offset to deliver. */
  readonly position: number;
  /** End of what a read_committed reader could see when last heard of. */
  readonly end: number;
};

export type PositionedConsumer = {
  /** Null when partitions are assigned and read, else why not. */
  readonly ready: () => string | null;
  /** Of every assigned partition; `onRecords` has resolved for everything below `position`. */
  readonly progress: () => readonly PartitionProgress[];
  /** Resolves when everything that the topics hold at the time of the call has been delivered. */
  readonly caughtUp: () => Promise<void>;
  /** Tells of a failure outside `onRecords` (a commit in the background): handled as a rejection of it. */
  readonly recover: (error: unknown) => void;
  readonly stop: () => Promise<void>;
};
