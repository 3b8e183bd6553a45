import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { Admin, KafkaClient } from '@marketing-streams/stream/kafka/api';
import { startPositionedConsumer } from '@marketing-streams/stream/positioned-consumer';
import { buildBatches } from './build-batch.ts';
import type { CustomerStore, ViewState } from './customer-store.ts';
import type { LiveView } from './live-view.ts';
import { positionField } from './view-keys.ts';
import type { ViewCodecs, ViewTopics } from './view-topics.ts';

export type ViewFollowerOptions = {
  readonly kafka: KafkaClient;
  readonly admin: Pick<Admin, 'clusterId' | 'endOffsets'>;
  readonly store: CustomerStore;
  readonly view: LiveView;
  readonly topics: ViewTopics;
  readonly codecs: ViewCodecs;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Empties the view before it is read for the first time. */
  readonly resetFirst: boolean;
  readonly onError: (error: unknown) => void;
};

/** Keeps the live view up with its topics. */
export type ViewFollower = {
  /** Null when the topics are being read, else why not. */
  readonly kafkaProblem: () => string | null;
  /** Null when Redis answered last time, else what is wrong. */
  readonly redisProblem: () => string | null;
  /** Records that the view's topics held when last heard of, and the view does not. */
  readonly unread: () => number;
  /** Resolves when all that the topics held at the time of the call is in the view. */
  readonly caughtUp: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** How often Redis is asked whether the view is still there: the longest a silent flush goes unseen. */
const GUARD_MILLISECONDS = 500;
/** How often it is looked whether a view that is being filled holds everything. */
const FILL_MILLISECONDS = 25;

/**
 * Of a backlog, fetches bring many records of the same customers, of which only the newest are decoded and written.
 * A fetch of so many records is followed by a rest, so that the next one brings as many.
 */
const FETCH_LIMITS = { maxBytes: 16 * 1024 * 1024, maxBytesPerPartition: 4 * 1024 * 1024 };
const MANY_RECORDS = 2_000;
const REST_MILLISECONDS = 200;

const byTopic = (records: readonly KafkaRecord[]): ReadonlyMap<string, readonly KafkaRecord[]> =>
  Map.groupBy(records, ({ topic }) => topic);

/**
 * Reads the view's topics from the positions that Redis keeps beside the data, so that a view that was flushed,
 * reset or restored from a backup is filled up again by itself: the positions went with it.
 */
export const startViewFollower = async (options: ViewFollowerOptions): Promise<ViewFollower> => {
  const { kafka, admin, store, view, topics, codecs, metrics, logger } = options;
  const written = metrics.counter('webapp_view_records_total', 'Records read into the live view.', ['topic']);
  const unreadable = metrics.counter(
    'webapp_view_unreadable_total',
    'Records of the view topics that could not be read and were passed over.',
    ['topic', 'code'],
  );
  const stopping = new AbortController();
  let generation = '';
  let positions = new Map<string, number>();
  let redisProblem: string | null = 'starting';
  let resetPending = options.resetFirst;
  let goals = new Map<string, number>();

  /** Where the topics ended when the view was taken up, by position field. */
  const loadGoals = async (): Promise<void> => {
    const ends = await admin.endOffsets(Object.values(topics));
    goals = new Map(ends.map(({ topic, partition, offset }) => [positionField(topic, partition), offset]));
  };

  /** True when the view has read what the topics do not hold, because they were deleted and made again. */
  const isBeyondTopics = (state: ViewState): boolean =>
    [...state.positions].some(([field, position]) => position > (goals.get(field) ?? position));

  /** Takes up the view as Redis has it; loads the customers when it is not the view known so far. */
  const takeUp = async (): Promise<ViewState> => {
    if (resetPending) await store.reset();
    resetPending = false;
    const clusterId = await admin.clusterId();
    let state = await store.open(clusterId);
    await loadGoals();
    if (isBeyondTopics(state)) {
      logger.warn('the topics were made anew: the view is read again');
      await store.reset();
      state = await store.open(clusterId);
    }
    if (state.generation !== generation) {
      await view.load();
      generation = state.generation;
      logger.info({ customers: view.index.totals().customers }, 'live view loaded from Redis');
    }
    positions = new Map(state.positions);
    redisProblem = null;
    return state;
  };

  const lost = (): PlatformError => {
    generation = '';
    return new PlatformError(
      'REDIS_UNAVAILABLE',
      'the live view in Redis was emptied or replaced: reading again',
    );
  };

  const write = async (records: readonly KafkaRecord[]): Promise<void> => {
    const recordsOf = byTopic(records);
    await Promise.all(
      (['orders', 'activations', 'profiles'] as const).map((part) =>
        codecs[part].prepare(recordsOf.get(topics[part]) ?? []),
      ),
    );
    const advanced = new Map(positions);
    const batches = buildBatches(records, advanced, {
      topics,
      codecs,
      onUnreadable: ({ topic, partition, offset }, error) => {
        unreadable.inc({ topic, code: error.code });
        logger.warn({ topic, partition, offset, reason: error.message }, 'record passed over');
      },
    });
    // One after the other: what is decoded is gone before the next is, and Redis answers others in between.
    for (const batch of batches) {
      if ((await store.apply(generation, [batch])) === 'stale') throw lost();
      positions = new Map(advanced);
      await view.applied(
        batch.gold,
        batch.history.map(({ customer_id }) => customer_id),
      );
    }
    for (const [topic, { length }] of recordsOf) written.inc({ topic }, length);
  };

  const noticeRedis = (error: unknown): void => {
    if (isPlatformError(error, 'REDIS_UNAVAILABLE')) redisProblem = error.message;
  };

  const consumer = await startPositionedConsumer({
    kafka,
    // Every web app reads everything: the group has one member and is never committed to.
    groupId: `webapp-view-${randomUUID()}`,
    topics: Object.values(topics),
    positions: async (partitions) => {
      try {
        const state = await takeUp();
        return new Map(
          partitions.flatMap(({ topic, partition }) => {
            const position = state.positions.get(positionField(topic, partition));
            return position === undefined ? [] : [[`${topic}/${partition}`, position] as const];
          }),
        );
      } catch (error) {
        noticeRedis(error);
        throw error;
      }
    },
    onRecords: async (records) => {
      try {
        await write(records);
        if (records.length >= MANY_RECORDS)
          await delay(REST_MILLISECONDS, undefined, { signal: stopping.signal }).catch(() => {});
      } catch (error) {
        noticeRedis(error);
        throw error;
      }
    },
    ...FETCH_LIMITS,
    metrics,
    logger,
    onError: options.onError,
  });

  /** A position that went back means that Redis came back with an older view. */
  const isStillThere = (state: ViewState | null): boolean =>
    state !== null &&
    state.generation === generation &&
    [...positions].every(([field, position]) => (state.positions.get(field) ?? 0) >= position);

  let guarding = false;
  const guard = async (): Promise<void> => {
    if (guarding) return;
    guarding = true;
    try {
      const known = positions;
      const state = await store.state();
      // Positions are advanced while Redis answers: only what was known when it was asked can be held against it.
      if (generation !== '' && known === positions && !isStillThere(state)) consumer.recover(lost());
      await view.syncOverlays();
      await view.sweep();
      redisProblem = null;
    } catch (error) {
      if (!isPlatformError(error, 'REDIS_UNAVAILABLE')) options.onError(error);
      noticeRedis(error);
    } finally {
      guarding = false;
    }
  };
  const guardTimer = setInterval(() => void guard(), GUARD_MILLISECONDS);

  const isFilled = (): boolean =>
    consumer.ready() === null &&
    consumer
      .progress()
      .every(
        ({ topic, partition, position }) => position >= (goals.get(positionField(topic, partition)) ?? 0),
      );
  const fillTimer = setInterval(() => {
    if (view.problem() !== null && isFilled()) view.filled();
  }, FILL_MILLISECONDS);

  return {
    // While Redis is away the consumer stands still for its sake.
    kafkaProblem: () => (redisProblem === null ? consumer.ready() : null),
    redisProblem: () => redisProblem,
    unread: () =>
      consumer.progress().reduce((sum, { position, end }) => sum + Math.max(0, end - position), 0),
    caughtUp: consumer.caughtUp,
    stop: async () => {
      stopping.abort();
      clearInterval(guardTimer);
      clearInterval(fillTimer);
      await consumer.stop();
    },
  };
};
