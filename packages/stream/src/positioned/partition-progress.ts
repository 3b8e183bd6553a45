import type { TopicPartition } from '@marketing-streams/contracts/record';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { FetchedPartition, Position } from '../kafka/api.ts';

/** How far one partition has been delivered. */
export type PartitionProgress = TopicPartition & {
  /** The next offset to deliver. */
  readonly position: number;
  /** End of what a read_committed reader could see when last heard of. */
  readonly end: number;
};

/** The progress of every assigned partition, and who waits for it. */
export type ProgressBook = {
  /** Forgets all partitions: they belong to nobody until they are assigned again. */
  readonly clear: () => void;
  /** Reading of a partition begins, or begins anew, at a position. */
  readonly begin: (partition: PartitionProgress) => void;
  /** The next offset to deliver of a partition; 0 for one that is not assigned. */
  readonly positionOf: (partition: TopicPartition) => number;
  /** What these fetches brought has been delivered. */
  readonly advance: (fetched: readonly FetchedPartition[]) => void;
  /** True when an assigned partition's end has not been heard of for that long. */
  readonly isSilent: (milliseconds: number) => boolean;
  /** Takes note of ends that were asked for outside a fetch. */
  readonly hearEnds: (ends: readonly Position[]) => void;
  readonly list: () => readonly PartitionProgress[];
  /** Resolves when every assigned partition has been delivered up to its end among these. */
  readonly reaches: (ends: readonly Position[], isAssigned: boolean) => Promise<void>;
  /** Looks whether somebody's wait is over. */
  readonly settle: () => void;
};

/** `topic/partition`. */
export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** Keeps the progress of one consumer and shows it as metrics. */
export const createProgressBook = (metrics: Metrics): ProgressBook => {
  const delivered = metrics.counter('sink_records_total', 'Records handed to the sink.', ['topic']);
  const lag = metrics.gauge('sink_lag_records', 'Records not yet handed to the sink.', [
    'topic',
    'partition',
  ]);
  const progress = new Map<string, PartitionProgress & { readonly heardAt: number }>();
  let waiters: { readonly goals: ReadonlyMap<string, number>; readonly resolve: () => void }[] = [];

  const put = ({ topic, partition, position, end }: PartitionProgress): void => {
    progress.set(placeOf({ topic, partition }), {
      topic,
      partition,
      position,
      end,
      heardAt: performance.now(),
    });
    lag.set({ topic, partition: String(partition) }, Math.max(0, end - position));
  };

  const settle = (): void => {
    waiters = waiters.filter(({ goals, resolve }) => {
      const isOpen = [...goals].some(([place, goal]) => (progress.get(place)?.position ?? goal) < goal);
      if (!isOpen) resolve();
      return isOpen;
    });
  };

  return {
    clear: () => {
      progress.clear();
      lag.reset();
    },
    begin: put,
    positionOf: (partition) => progress.get(placeOf(partition))?.position ?? 0,
    advance: (fetched) => {
      for (const { topic, partition, position, end, records } of fetched) {
        if ((progress.get(placeOf({ topic, partition }))?.position ?? 0) > position) continue;
        put({ topic, partition, position, end: Math.max(end, position) });
        if (records.length > 0) delivered.inc({ topic }, records.length);
      }
      settle();
    },
    isSilent: (milliseconds) => {
      const before = performance.now() - milliseconds;
      return [...progress.values()].some(({ heardAt }) => heardAt < before);
    },
    hearEnds: (ends) => {
      for (const { topic, partition, offset } of ends) {
        const known = progress.get(placeOf({ topic, partition }));
        if (known !== undefined) put({ ...known, end: Math.max(known.end, offset) });
      }
    },
    list: () =>
      Array.from(progress.values(), ({ topic, partition, position, end }) => ({
        topic,
        partition,
        position,
        end,
      })),
    reaches: (ends, isAssigned) => {
      const goals = new Map(ends.map((position) => [placeOf(position), position.offset]));
      const { promise, resolve } = Promise.withResolvers<void>();
      waiters.push({ goals, resolve });
      if (isAssigned) settle();
      return promise;
    },
    settle,
  };
};
