import { randomUUID } from 'node:crypto';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { Admin, KafkaClient, Position } from '@marketing-streams/stream/kafka/api';
import { startPositionedConsumer } from '@marketing-streams/stream/positioned-consumer';
import type { TableIntake } from './followed-table.ts';
import { restoreTable, restoreTables } from './restore-tables.ts';
import { type SavedCopy, startTableSaver } from './table-saver.ts';
import type { TableStore } from './table-store.ts';

export type TableFollowerOptions = {
  readonly kafka: KafkaClient;
  readonly admin: Pick<Admin, 'clusterId' | 'endOffsets'>;
  readonly store: TableStore;
  readonly intakes: readonly TableIntake[];
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Removes what Redis has before the topics are read for the first time. */
  readonly resetFirst: boolean;
  readonly onError: (error: unknown) => void;
};

/** Keeps followed tables up with their topics, and a copy of them in Redis. */
export type TableFollower = {
  /** Null when the tables hold all that their topics held at the start, else what is going on. */
  readonly problem: () => string | null;
  /** Resolves when all that the topics held at the time of the call is in the tables. */
  readonly caughtUp: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const PRUNE_MILLISECONDS = 60_000;

/** A backlog comes in large fetches, of which only the last record of every key is decoded. */
const FETCH_LIMITS = { maxBytes: 8 * 1024 * 1024, maxBytesPerPartition: 2 * 1024 * 1024 };

const isAway = (error: unknown): boolean => isPlatformError(error, 'REDIS_UNAVAILABLE');

/**
 * Reads topics into tables in memory, which pages show, and copies them to Redis, so that they are there at once
 * after a restart and without Kafka. The copy follows: an absent Redis holds up nothing, and a flushed one is filled
 * again by reading from where its positions are. Resolves when the copies that were there have been read.
 */
export const startTableFollower = async (options: TableFollowerOptions): Promise<TableFollower> => {
  const { kafka, admin, store, intakes, metrics, logger } = options;
  const topics = intakes.map(({ topic }) => topic);
  const records = metrics.counter('webapp_table_records_total', 'Records read into followed tables.', [
    'table',
  ]);
  const copies = new Map<TableIntake, SavedCopy>();
  let goals: readonly Position[] | null = null;
  let filled = false;
  let takeUps = 0;

  await restoreTables(intakes, copies, { store, logger, resetFirst: options.resetFirst });

  /** True when a table has read what its topic does not hold, because it was deleted and made again. */
  const isBeyondTopic = (topic: string, positions: ReadonlyMap<number, number>): boolean =>
    (goals ?? []).some((end) => end.topic === topic && (positions.get(end.partition) ?? 0) > end.offset);

  /** Takes up Redis's copy of a table as it is now, and gives from where to read so that neither side misses anything. */
  const takeUp = async (intake: TableIntake, clusterId: string): Promise<ReadonlyMap<number, number>> => {
    const { name, topic } = intake;
    const known = copies.get(intake);
    if ((known !== undefined && known.clusterId !== clusterId) || isBeyondTopic(topic, intake.positions())) {
      logger.warn({ table: name }, 'the topic is another one than before: the table is read anew');
      intake.clear();
      copies.delete(intake);
    }
    try {
      let saved = await store.open(name, clusterId);
      if (isBeyondTopic(topic, saved.positions)) {
        await store.remove(name);
        saved = await store.open(name, clusterId);
      }
      if (intake.positions().size === 0) await restoreTable(store, intake, copies);
      copies.set(intake, saved);
      const mine = intake.positions();
      return new Map(
        [...saved.positions].map(([partition, offset]) => [
          partition,
          Math.min(offset, mine.get(partition) ?? 0),
        ]),
      );
    } catch (error) {
      if (!isAway(error)) throw error;
      copies.delete(intake);
      return intake.positions();
    }
  };

  const startPositions = async (
    partitions: readonly TopicPartition[],
  ): Promise<ReadonlyMap<string, number>> => {
    const clusterId = await admin.clusterId();
    goals = await admin.endOffsets(topics);
    const positions = new Map<string, number>();
    takeUps += 1;
    for (const intake of intakes) {
      const from = await takeUp(intake, clusterId);
      intake.goBack(from);
      for (const { topic, partition } of partitions) {
        const offset = topic === intake.topic ? from.get(partition) : undefined;
        if (offset !== undefined) positions.set(`${topic}/${partition}`, offset);
      }
    }
    return positions;
  };

  const consumer = await startPositionedConsumer({
    kafka,
    // Every web app reads everything: the group has one member and is never committed to.
    groupId: `webapp-tables-${randomUUID()}`,
    topics,
    positions: startPositions,
    onRecords: async (fetched) => {
      const recordsOf = Map.groupBy(fetched, ({ topic }) => topic);
      const began = takeUps;
      // All that can fail comes first: afterwards every table has taken its part.
      await Promise.all(intakes.map((intake) => intake.prepare(recordsOf.get(intake.topic) ?? [])));
      // Reading goes on elsewhere: these would claim that everything before them is part of the copies.
      if (takeUps !== began) return;
      for (const intake of intakes) {
        const own = recordsOf.get(intake.topic);
        if (own === undefined) continue;
        intake.take(own);
        records.inc({ table: intake.name }, own.length);
      }
    },
    ...FETCH_LIMITS,
    metrics,
    logger,
    onError: options.onError,
  });

  const saver = startTableSaver({
    store,
    intakes,
    copies,
    logger,
    onLost: (name) => {
      // Else the copies are taken up with the next assignment.
      if (consumer.ready() !== null) return;
      consumer.recover(
        new PlatformError('REDIS_UNAVAILABLE', `the copy of ${name} in Redis is another one than before`),
      );
    },
    onError: options.onError,
  });
  const pruneTimer = setInterval(() => {
    for (const { prune } of intakes) prune();
  }, PRUNE_MILLISECONDS);

  const isFilled = (): boolean => {
    const ends = goals;
    if (ends === null || consumer.ready() !== null) return false;
    const progress = consumer.progress();
    return ends.every(({ topic, partition, offset }) =>
      progress.some((own) => own.topic === topic && own.partition === partition && own.position >= offset),
    );
  };

  return {
    problem: () => {
      filled ||= isFilled();
      return filled ? null : (consumer.ready() ?? 'the tables are being read from Kafka');
    },
    caughtUp: consumer.caughtUp,
    stop: async () => {
      clearInterval(pruneTimer);
      await consumer.stop();
      await saver.stop();
    },
  };
};
