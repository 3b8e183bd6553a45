import { randomUUID } from 'node:crypto';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { Assignor, KafkaClient } from '@marketing-streams/stream/kafka/api';
import { GOLD_TOPIC } from '@marketing-streams/tests/harness/gold-topic';

/** What the driver looks at in a gold record: amounts as on the topic, in currency units. */
export type GoldFigures = Pick<CustomerGold, 'order_count' | 'lifetime_value' | 'delivered' | 'failed'>;

export type GoldFollower = {
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
 * Reads gold records as they become visible to a read_committed reader, from now on. `at` is the monotonic time
 * of their arrival in milliseconds.
 */
export const followGold = (
  kafka: KafkaClient,
  onRecord: (customerId: string, value: Buffer, at: number) => void,
): GoldFollower => {
  const ready = Promise.withResolvers<void>();
  const consumer = kafka.groupConsumer({
    groupId: `bench-${randomUUID()}`,
    topics: [GOLD_TOPIC],
    assignor: everythingToTheOnlyMember,
    onAssigned: async () => {
      const admin = kafka.admin();
      try {
        const ends = await admin.endOffsets([GOLD_TOPIC]);
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
