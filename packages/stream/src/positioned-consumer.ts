import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import { partitionAssignor } from './assignor.ts';
import type { Assignment, FetchedPartition, KafkaClient, Position } from './kafka/api.ts';

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
  /** Called once when the consumer has stopped on an error that nobody can retry; thrown outside by default. */
  readonly onError?: (error: unknown) => void;
  readonly sessionTimeoutMilliseconds?: number;
  /** Shortest time between two fetches that bring little, see `GroupConsumerOptions`. */
  readonly paceMilliseconds?: number;
  /** Keeps the member id, see `GroupConsumerOptions`. */
  readonly memberFile?: string;
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
  /** Resolves when everything that the assigned partitions hold at the time of the call has been delivered. */
  readonly caughtUp: () => Promise<void>;
  /** Tells of a failure outside `onRecords` (a commit in the background): handled as a rejection of it. */
  readonly recover: (error: unknown) => void;
  readonly stop: () => Promise<void>;
};

const FIRST_BACKOFF_MILLISECONDS = 100;
const LONGEST_BACKOFF_MILLISECONDS = 5_000;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/**
 * Reads topics, committed records only, into a sink that keeps its own positions: what the sink has stored and
 * from where it goes on can then never disagree. The group only divides the partitions.
 */
export const startPositionedConsumer = async (
  options: PositionedConsumerOptions,
): Promise<PositionedConsumer> => {
  const { kafka, topics, groupId, metrics } = options;
  const logger = options.logger.child({ group: groupId });
  const admin = kafka.admin();
  const delivered = metrics.counter('sink_records_total', 'Records handed to the sink.', ['topic']);
  const lag = metrics.gauge('sink_lag_records', 'Records not yet handed to the sink.', [
    'topic',
    'partition',
  ]);
  const progress = new Map<string, PartitionProgress>();
  let waiters: { readonly goals: ReadonlyMap<string, number>; readonly resolve: () => void }[] = [];
  let assignment: Assignment | undefined;
  let problem: string | null = null;
  let recovering: Promise<void> | undefined;
  /** Counts the times that reading began at the sink's positions; what was fetched before is read again. */
  let seeks = 0;

  /** Start positions from the sink, held against what the topics have. */
  const loadPositions = async (partitions: readonly TopicPartition[]): Promise<readonly Position[]> => {
    const [stored, beginnings, ends] = await Promise.all([
      options.positions(partitions),
      admin.beginningOffsets(topics),
      admin.endOffsets(topics),
    ]);
    const beginning = new Map(beginnings.map((position) => [keyOf(position), position.offset]));
    const end = new Map(ends.map((position) => [keyOf(position), position.offset]));
    return partitions.map(({ topic, partition }) => {
      const key = keyOf({ topic, partition });
      const first = beginning.get(key) ?? 0;
      const last = end.get(key) ?? first;
      const offset = stored.get(key) ?? first;
      if (offset > last) {
        throw new PlatformError(
          'DELTA_OFFSET_MISMATCH',
          `the sink of ${groupId} is at ${key}/${offset}, but the topic ends at ${last}: the topic was made anew, ` +
            'or the sink belongs to another cluster',
        );
      }
      if (offset < first)
        logger.error({ topic, partition, offset, first }, 'records were deleted before they were read');
      progress.set(key, { topic, partition, position: Math.max(offset, first), end: last });
      return { topic, partition, offset: Math.max(offset, first) };
    });
  };

  const settleWaiters = (): void => {
    waiters = waiters.filter(({ goals, resolve }) => {
      const isOpen = [...goals].some(([key, goal]) => (progress.get(key)?.position ?? goal) < goal);
      if (!isOpen) resolve();
      return isOpen;
    });
  };

  const tellProgress = (fetched: readonly FetchedPartition[]): void => {
    for (const { topic, partition, position, end, records } of fetched) {
      const key = keyOf({ topic, partition });
      if ((progress.get(key)?.position ?? 0) > position) continue;
      progress.set(key, { topic, partition, position, end: Math.max(end, position) });
      if (records.length > 0) delivered.inc({ topic }, records.length);
      lag.set({ topic, partition: String(partition) }, Math.max(0, end - position));
    }
    settleWaiters();
  };

  /** Waits, asks the sink where it is, goes there; until that succeeds or the assignment is over. */
  const startOver = async (cause: unknown): Promise<void> => {
    const current = assignment;
    for (let wait = FIRST_BACKOFF_MILLISECONDS, error = cause; current !== undefined; ) {
      if (!isPlatformError(error) || !error.retriable) throw error;
      problem = error.message;
      logger.warn({ code: error.code, wait }, `going back to the sink's positions: ${error.message}`);
      await delay(wait, undefined, { signal: current.signal }).catch(() => {});
      if (current.signal.aborted) return;
      wait = Math.min(wait * 2, LONGEST_BACKOFF_MILLISECONDS);
      try {
        consumer.seek(await loadPositions(current.partitions));
        seeks += 1;
        problem = null;
        return;
      } catch (next) {
        error = next;
      }
    }
  };

  /** One start-over at a time. */
  const recover = (error: unknown): Promise<void> => {
    recovering ??= startOver(error).finally(() => {
      recovering = undefined;
    });
    return recovering;
  };

  const fail = (error: unknown): void => {
    problem = `stopped: ${messageOf(error)}`;
    void consumer.close();
    if (options.onError !== undefined) options.onError(error);
    else
      setImmediate(() => {
        throw error;
      });
  };

  const consumer = kafka.groupConsumer({
    groupId,
    topics,
    assignor: partitionAssignor,
    onAssigned: async (fresh) => {
      assignment = fresh;
      progress.clear();
      const positions = await loadPositions(fresh.partitions);
      seeks += 1;
      problem = null;
      settleWaiters();
      return positions;
    },
    onFetched: async (fetched) => {
      const began = seeks;
      await recovering;
      // Sought meanwhile: these records come after ones that the sink has dropped.
      if (seeks !== began) return;
      const current = fetched.filter(
        (piece) =>
          (piece.records[0]?.offset ?? piece.position) >= (progress.get(keyOf(piece))?.position ?? 0),
      );
      const records = current.flatMap((piece) => [...piece.records]);
      if (records.length > 0) {
        try {
          await options.onRecords(records);
        } catch (error) {
          await recover(error);
          return;
        }
      }
      // The sink may have dropped these together with what it goes back for.
      if (seeks !== began || recovering !== undefined) return;
      tellProgress(current);
    },
    onRevoked: async () => {
      assignment = undefined;
    },
    onError: fail,
    ...(options.memberFile === undefined ? {} : { memberFile: options.memberFile }),
    ...(options.paceMilliseconds === undefined ? {} : { paceMilliseconds: options.paceMilliseconds }),
    ...(options.sessionTimeoutMilliseconds === undefined
      ? {}
      : { sessionTimeoutMilliseconds: options.sessionTimeoutMilliseconds }),
  });

  return {
    ready: () => consumer.problem() ?? problem,
    progress: () => [...progress.values()],
    caughtUp: async () => {
      const ends = await admin.endOffsets(topics);
      const goals = new Map(ends.map((position) => [keyOf(position), position.offset]));
      const { promise, resolve } = Promise.withResolvers<void>();
      waiters.push({ goals, resolve });
      if (assignment !== undefined) settleWaiters();
      return promise;
    },
    recover: (error) => void recover(error).catch(fail),
    stop: async () => {
      await consumer.close();
      await admin.close();
    },
  };
};
