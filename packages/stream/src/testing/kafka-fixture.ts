import { randomUUID } from 'node:crypto';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError } from '@marketing-streams/platform/errors';
import { createLogger, type Logger } from '@marketing-streams/platform/logging';
import type { Admin, KafkaClient, TransactionalProducer } from '../kafka/api.ts';
import { createKafkaClient } from '../kafka/client.ts';
import { type KafkaProxy, startKafkaProxy } from './kafka-proxy.ts';

/** What integration tests of this package share: the broker under test, names of their own, reading it all. */
export type KafkaFixture = {
  readonly servers: string;
  readonly logger: Logger;
  readonly kafka: KafkaClient;
  readonly admin: Admin;
  /** A name nobody else uses. */
  readonly name: (part: string) => string;
  /** A group's name, when its coordinator is ready for it: a new cluster first makes the topic it keeps positions in. */
  readonly group: (part: string) => Promise<string>;
  /** Makes a topic of that name part; gives its whole name. */
  readonly topic: (
    part: string,
    partitions: number,
    config?: Readonly<Record<string, string>>,
  ) => Promise<string>;
  /** Every committed record of a topic, partition by partition, each from this offset on (default: its first). */
  readonly readAll: (topic: string, from?: number) => Promise<KafkaRecord[]>;
  /** The same records' values as text. */
  readonly valuesOf: (topic: string, from?: number) => Promise<string[]>;
  /** A transactional producer that has been initialised under `name(id)`. */
  readonly owner: (id: string) => Promise<TransactionalProducer>;
  /**
   * Closes the producers of these ids and waits until their last transactions are over, as a later owner does: the
   * broker answers a commit before what it made visible can be read.
   */
  readonly settle: (producers: Readonly<Record<string, TransactionalProducer>>) => Promise<void>;
  /** The broker behind a proxy of the test's own, and a client that only knows the proxy. */
  readonly proxied: () => Promise<{ readonly proxy: KafkaProxy; readonly kafka: KafkaClient }>;
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
  const readAll = async (topic: string, first?: number): Promise<KafkaRecord[]> => {
    const reader = kafka.rangeReader();
    const records: KafkaRecord[] = [];
    const ends = await admin.endOffsets([topic]);
    const beginnings = await admin.beginningOffsets([topic]);
    const ranges = ends.map(({ partition, offset }) => {
      const from = first ?? beginnings.find((beginning) => beginning.partition === partition)?.offset ?? 0;
      return { topic, partition, from, to: offset };
    });
    await reader.read(ranges, (fetched) => {
      for (const piece of fetched) records.push(...piece.records);
    });
    await reader.close();
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  };
  const owner = async (id: string): Promise<TransactionalProducer> => {
    const producer = kafka.transactionalProducer({ transactionalId: name(id) });
    await until('the coordinator is ready', () =>
      producer.init().then(
        () => true,
        (error: unknown) => {
          if (isPlatformError(error, 'KAFKA_UNAVAILABLE')) return false;
          throw error;
        },
      ),
    );
    return producer;
  };
  return {
    servers,
    logger,
    kafka,
    admin,
    name,
    group: async (part) => {
      const group = name(part);
      await admin.committedPositions(group, []);
      return group;
    },
    topic: async (part, partitions, config = {}) => {
      const topic = name(part);
      await admin.createTopics([{ name: topic, partitions, config }]);
      topics.push(topic);
      return topic;
    },
    readAll,
    valuesOf: async (topic, from) => (await readAll(topic, from)).map(({ value }) => String(value)),
    owner,
    settle: async (producers) => {
      for (const [id, producer] of Object.entries(producers)) {
        await producer.close();
        await (await owner(id)).close();
      }
    },
    proxied: async () => {
      const proxy = await startKafkaProxy(servers);
      const { bootstrapServers } = proxy;
      return { proxy, kafka: createKafkaClient({ bootstrapServers, clientId: 'proxied', logger }) };
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
