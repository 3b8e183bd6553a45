import { randomUUID } from 'node:crypto';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Assignor, KafkaClient } from '@marketing-streams/stream/kafka/api';

export type TopicFollower = {
  /** Resolves when the topic is being read. */
  readonly ready: Promise<void>;
  readonly stop: () => Promise<void>;
};

const everythingToTheOnlyMember: Assignor = {
  name: 'bench-everything',
  assign: (members, partitionsOf) => {
    const partitions = [...partitionsOf].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
    return new Map(members.map((member, index) => [member, index === 0 ? partitions : []]));
  },
};

/**
 * Reads a topic's records as they become visible to a read_committed reader, from now on; tombstones and records
 * without a key are left out. `at` is the monotonic time of their arrival in milliseconds.
 */
export const followTopic = (
  kafka: KafkaClient,
  topic: TopicName,
  onRecord: (key: string, value: Buffer, at: number) => void,
): TopicFollower => {
  const ready = Promise.withResolvers<void>();
  const consumer = kafka.groupConsumer({
    groupId: `bench-${randomUUID()}`,
    topics: [topic],
    assignor: everythingToTheOnlyMember,
    onAssigned: async () => {
      const admin = kafka.admin();
      try {
        const ends = await admin.endOffsets([topic]);
        ready.resolve();
        return ends;
      } finally {
        await admin.close();
      }
    },
    onFetched: (partitions) => {
      const at = performance.now();
      for (const { records } of partitions) {
        for (const { key, value } of records) {
          if (key !== null && value !== null) onRecord(key.toString('utf8'), value, at);
        }
      }
    },
    onRevoked: async () => {},
    onError: ready.reject,
  });
  return { ready: ready.promise, stop: consumer.close };
};
