import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import { partitionAssignor } from './assignor.ts';
import type { Assignment, KafkaClient, Position } from './kafka/api.ts';
import { createBackoff } from './positioned/backoff.ts';
import { createProgressBook, type PartitionProgress, placeOf } from './positioned/partition-progress.ts';

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
   * PlatformError makes the consumer back off, ask `positions`, seek and go on, and so does DISK_FULL: a sink may
   * go on as soon as somebody has made room. Any other rejection stops it.
   */
  readonly onRecords: (records: readonly KafkaRecord[]) => Promise<void>;
  /**
   * Called when partitions are about to go to other members, which ask for their positions as soon as this has come to
   * its end: what was taken and is not stored by then is refused later. A rejection is the sink's own matter.
   */
  readonly onRevoked?: () => Promise<void>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Called once when the consumer has stopped on an error that nobody can retry; thrown outside by default. */
  readonly onError?: (error: unknown) => void;
  readonly sessionTimeoutMilliseconds?: number;
  /** Shortest time between two fetches that bring little, see `GroupConsumerOptions`. */
  readonly paceMilliseconds?: number;
  /** Most that one fetch brings, see `GroupConsumerOptions`. */
  readonly maxBytes?: number;
  readonly maxBytesPerPartition?: number;
  /** Keeps member ids, see `GroupConsumerOptions`. */
  readonly memberFolder?: string;
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

/** Fetches answer at least every five seconds; while the sink takes nothing, the ends are asked for this often. */
const ASK_ENDS_MILLISECONDS = 5_000;

const mayPass = (error: unknown): error is PlatformError =>
  isPlatformError(error) && (error.retriable || error.code === 'DISK_FULL');

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
  const progress = createProgressBook(metrics);
  let assignment: Assignment | undefined;
  /** Whether the partitions of the assignment have their positions: until then nothing is known of them. */
  let isPlaced = false;
  let problem: string | null = null;
  let recovering: Promise<void> | undefined;
  /** Counts the times that reading began at the sink's positions; what was fetched before is read again. */
  let seeks = 0;
  const backoff = createBackoff();

  /** Start positions from the sink, held against what the topics have. */
  const loadPositions = async (partitions: readonly TopicPartition[]): Promise<readonly Position[]> => {
    const [stored, beginnings, ends] = await Promise.all([
      options.positions(partitions),
      admin.beginningOffsets(topics),
      admin.endOffsets(topics),
    ]);
    const beginning = new Map(beginnings.map((position) => [placeOf(position), position.offset]));
    const end = new Map(ends.map((position) => [placeOf(position), position.offset]));
    return partitions.map(({ topic, partition }) => {
      const key = placeOf({ topic, partition });
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
      progress.begin({ topic, partition, position: Math.max(offset, first), end: last });
      return { topic, partition, offset: Math.max(offset, first) };
    });
  };

  /** Waits, asks the sink where it is, goes there; until that succeeds or the assignment is over. */
  const startOver = async (cause: unknown): Promise<void> => {
    const current = assignment;
    for (let error = cause; current !== undefined; ) {
      if (!mayPass(error)) throw error;
      problem = error.message;
      const wait = backoff.next();
      logger.warn({ code: error.code, wait }, `going back to the sink's positions: ${error.message}`);
      await delay(wait, undefined, { signal: current.signal }).catch(() => {});
      if (current.signal.aborted) return;
      try {
        consumer.seek(await loadPositions(current.partitions));
        seeks += 1;
        problem = null;
        backoff.wentOn();
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
      isPlaced = false;
      progress.clear();
      const positions = await loadPositions(fresh.partitions);
      isPlaced = true;
      seeks += 1;
      problem = null;
      progress.settle();
      return positions;
    },
    onFetched: async (fetched) => {
      const began = seeks;
      await recovering;
      // Sought meanwhile: these records come after ones that the sink has dropped.
      if (seeks !== began) return;
      const current = fetched.filter(
        (piece) => (piece.records[0]?.offset ?? piece.position) >= progress.positionOf(piece),
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
      progress.advance(current);
    },
    onRevoked: async () => {
      assignment = undefined;
      isPlaced = false;
      progress.clear();
      await options.onRevoked?.().catch((error: unknown) => {
        logger.debug(
          { reason: messageOf(error) },
          'what was taken could not be stored before it went to others',
        );
      });
    },
    onError: fail,
    ...(options.memberFolder === undefined ? {} : { memberFolder: options.memberFolder }),
    ...(options.paceMilliseconds === undefined ? {} : { paceMilliseconds: options.paceMilliseconds }),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    ...(options.maxBytesPerPartition === undefined
      ? {}
      : { maxBytesPerPartition: options.maxBytesPerPartition }),
    ...(options.sessionTimeoutMilliseconds === undefined
      ? {}
      : { sessionTimeoutMilliseconds: options.sessionTimeoutMilliseconds }),
  });

  /** A sink that takes nothing keeps the fetches from saying how far behind it is. */
  const askEnds = setInterval(() => {
    if (!progress.isSilent(2 * ASK_ENDS_MILLISECONDS)) return;
    admin.endOffsets(topics).then(progress.hearEnds, (error: unknown) => {
      logger.debug({ reason: messageOf(error) }, 'the ends of the topics could not be asked for');
    });
  }, ASK_ENDS_MILLISECONDS);

  return {
    ready: () => consumer.problem() ?? problem,
    progress: progress.list,
    caughtUp: async () => {
      const ends = await admin.endOffsets(topics);
      return progress.reaches(ends, isPlaced);
    },
    recover: (error) => void recover(error).catch(fail),
    stop: async () => {
      clearInterval(askEnds);
      await consumer.close();
      await admin.close();
    },
  };
};
