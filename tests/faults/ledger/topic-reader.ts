import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { byName } from '../../src/harness/caught-up.ts';
import { readRanges } from '../../src/harness/read-topic.ts';

/** Reads topics piece by piece, so that comparing after every fault does not read them from the start each time. */
export type TopicReader = {
  /** What a read_committed reader sees that has come since the last call, in order per partition, by topic. */
  readonly readOn: () => Promise<ReadonlyMap<TopicName, readonly KafkaRecord[]>>;
};

export const createTopicReader = (kafka: KafkaClient, topics: readonly TopicName[]): TopicReader => {
  const positions = new Map<string, number>();
  return {
    readOn: async () => {
      const admin = kafka.admin();
      try {
        const beginnings = byName(await admin.beginningOffsets(topics));
        const ends = await admin.endOffsets(topics);
        const ranges = ends.map(({ topic, partition, offset }) => {
          const place = `${topic}/${partition}`;
          return { topic, partition, from: positions.get(place) ?? beginnings.get(place) ?? 0, to: offset };
        });
        const found = new Map<TopicName, KafkaRecord[]>(topics.map((topic) => [topic, []]));
        for (const record of await readRanges(kafka, ranges))
          found.get(record.topic as TopicName)!.push(record);
        for (const { topic, partition, offset } of ends) positions.set(`${topic}/${partition}`, offset);
        return found;
      } finally {
        await admin.close();
      }
    },
  };
};
