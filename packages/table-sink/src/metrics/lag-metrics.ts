import type { SinkProgress } from '@marketing-streams/lakehouse/sink-types';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { PositionedConsumer } from '@marketing-streams/stream/positioned-consumer';

/** How far one partition of a table is behind its topic. */
export type PartitionLag = {
  readonly table: string;
  readonly topic: string;
  readonly partition: number;
  /** Offsets from the first record that the table does not hold to the end of what is committed in the topic. */
  readonly records: number;
  /** Age of that record by its timestamp, or the time since it was first missed; 0 when nothing is missing. */
  readonly seconds: number;
};

type PartitionProgress = ReturnType<PositionedConsumer['progress']>[number];

/**
 * The lag of tables. A position in a table lies before transaction markers and other gaps of the topic, so
 * it is not compared with the end: when a table holds all that was delivered, what is left is what was not delivered.
 * `clock` gives epoch milliseconds.
 */
export const createLagObserver = (
  clock: () => number = Date.now,
): ((
  delivered: readonly PartitionProgress[],
  stored: readonly SinkProgress[],
) => readonly PartitionLag[]) => {
  let behindSince = new Map<string, number>();
  return (delivered, stored) => {
    const now = clock();
    const before = behindSince;
    behindSince = new Map();
    const ends = new Map(
      delivered.map((progress) => [`${progress.topic}/${progress.partition}`, progress] as const),
    );
    return stored.flatMap(({ table, topic, partition, waiting }): readonly PartitionLag[] => {
      const place: `${string}/${number}` = `${topic}/${partition}`;
      const progress = ends.get(place);
      if (progress === undefined) return [];
      const records = Math.max(0, progress.end - (waiting?.offset ?? progress.position));
      if (waiting === null && records > 0) behindSince.set(place, before.get(place) ?? now);
      const since = waiting?.timestamp ?? behindSince.get(place) ?? now;
      return [{ table, topic, partition, records, seconds: Math.max(0, now - since) / 1000 }];
    });
  };
};

/** Shows the lag of every table at each exposition. */
export const showLag = (metrics: Metrics, observe: () => readonly PartitionLag[]): void => {
  const records = metrics.gauge('table_lag_records', 'Records of a topic that a Delta table does not hold.', [
    'table',
    'topic',
    'partition',
  ]);
  const seconds = metrics.gauge(
    'table_lag_seconds',
    'Age of the oldest record a Delta table does not hold.',
    ['table'],
  );
  metrics.onCollect(() => {
    // Partitions that others have now are not shown any more.
    records.reset();
    seconds.reset();
    const oldest = new Map<string, number>();
    for (const lag of observe()) {
      records.set({ table: lag.table, topic: lag.topic, partition: String(lag.partition) }, lag.records);
      oldest.set(lag.table, Math.max(oldest.get(lag.table) ?? 0, lag.seconds));
    }
    for (const [table, age] of oldest) seconds.set({ table }, age);
  });
};
