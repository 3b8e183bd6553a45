import { randomUUID } from 'node:crypto';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { createLogger, type Logger } from '@marketing-streams/platform/logging';
import type { Admin, KafkaClient } from '../kafka/api.ts';
import { createKafkaClient } from '../kafka/client.ts';

/** What integration tests of this package share: the broker under test, names of their own, reading it all. */
export type KafkaFixture = {
  readonly servers: string;
  readonly logger: Logger;
  readonly kafka: KafkaClient;
  readonly admin: Admin;
  /** A name nobody else uses. */
  readonly name: (part: string) => string;
  /** Makes a topic of that name part; gives its whole name. */
  readonly topic: (
    part: string,
    partitions: number,
    config?: Readonly<Record<string, string>>,
  ) => Promise<string>;
  /** Every committed record of a topic, partition by partition. */
  readonly readAll: (topic: string) => Promise<KafkaRecord[]>;
  /** Removes the topics and disconnects. */
  readonly close: () => Promise<void>;
};

/** The broker that the test stack (or KAFKA_BOOTSTRAP_SERVERS) provides. */
export const openKafkaFixture = (): KafkaFixture => {
  const servers = process.env['KAFKA_BOOTSTRAP_SERVERS'];
  if (servers === undefined)
    throw new Error('these tests need the test stack: KAFKA_BOOTSTRAP_SERVERS is not set');
  const logger = createLogger('stream-test');
  logger.level = process.env['LOG_LEVEL'] ?? 'error';
  const kafka = createKafkaClient({ bootstrapServers: servers, clientId: 'stream-test', logger });
  const admin = kafka.admin();
  const suffix = randomUUID().slice(0, 8);
  const topics: string[] = [];
  const name = (part: string): string => `stream-test.${part}.${suffix}`;
  return {
    servers,
    logger,
    kafka,
    admin,
    name,
    topic: async (part, partitions, config = {}) => {
      const topic = name(part);
      await admin.createTopics([{ name: topic, partitions, config }]);
      topics.push(topic);
      return topic;
    },
    readAll: async (topic) => {
      const reader = kafka.rangeReader();
      const records: KafkaRecord[] = [];
      const ends = await admin.endOffsets([topic]);
      const beginnings = await admin.beginningOffsets([topic]);
      const ranges = ends.map(({ partition, offset }) => {
        const from = beginnings.find((beginning) => beginning.partition === partition)?.offset ?? 0;
        return { topic, partition, from, to: offset };
      });
      await reader.read(ranges, (fetched) => {
        for (const piece of fetched) records.push(...piece.records);
      });
      await reader.close();
      return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    },
    close: async () => {
      await admin.deleteTopics(topics);
      await admin.close();
    },
  };
};

/** Waits until the condition holds; fails with `what` after the time. */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 30_000,
): Promise<void> => {
  const deadline = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${milliseconds} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
