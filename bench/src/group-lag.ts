import { setTimeout as delay } from 'node:timers/promises';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { settledPositions } from '@marketing-streams/tests/harness/caught-up';

/** How far a group was at a moment: events written and read so far, of all partitions. */
export type LagSample = { readonly seconds: number; readonly written: number; readonly read: number };

/** Watches a group until it is stopped. */
export type GroupLag = { readonly stop: () => Promise<readonly LagSample[]> };

const LOOK_EVERY_MILLISECONDS = 250;

const sum = (offsets: Iterable<number>): number => {
  let total = 0;
  for (const offset of offsets) total += offset;
  return total;
};

/**
 * Looks four times a second how far a group is in a topic. A look at which one of its transactions was pending is left
 * out; of the others the ends are asked last, so that no lag is seen smaller than it was.
 */
export const watchGroupLag = (kafka: KafkaClient, group: string, topic: TopicName): GroupLag => {
  const admin = kafka.admin();
  const samples: LagSample[] = [];
  const begin = performance.now();
  let isOver = false;
  const look = async (partitions: readonly TopicPartition[]): Promise<void> => {
    const seconds = (performance.now() - begin) / 1000;
    const positions = await settledPositions(admin, group, partitions);
    if (positions.size === 0) return;
    const ends = await admin.endOffsets([topic]);
    samples.push({
      seconds,
      written: sum(ends.map(({ offset }) => offset)),
      read: sum(positions.values()),
    });
  };
  const watch = async (): Promise<void> => {
    const partitions = await admin.endOffsets([topic]);
    while (!isOver) {
      await look(partitions);
      await delay(LOOK_EVERY_MILLISECONDS);
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      isOver = true;
      await watching.finally(admin.close);
      return samples;
    },
  };
};
