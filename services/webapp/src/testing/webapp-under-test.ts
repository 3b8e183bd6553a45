import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { activationKey, orderKey } from '@marketing-streams/contracts/row-key';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createLogger } from '@marketing-streams/platform/logging';
import { createMetrics } from '@marketing-streams/platform/metrics';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import type { WebappConfig } from '../config.ts';
import { startWebapp, type WebappTopics } from '../start-webapp.ts';

const addressFromStack = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run with the embedded stack`);
  return value;
};

/** The parts around a web app: its own topics and Redis keys on the stack that all tests share. */
export type Surroundings = {
  readonly topics: WebappTopics;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  /** Publishes gold records, in this order. */
  readonly publishGold: (...customers: readonly CustomerGold[]) => Promise<void>;
  readonly publishOrders: (...orders: readonly SilverOrder[]) => Promise<void>;
  readonly publishActivations: (...activations: readonly SilverActivation[]) => Promise<void>;
  readonly publishProfiles: (...patches: readonly ProfileUpsert[]) => Promise<void>;
  /** Publishes records as they are. */
  readonly publish: (...records: readonly OutgoingRecord[]) => Promise<void>;
  /** A web app in these surroundings, on a free port. */
  readonly start: (settings?: Partial<WebappConfig>) => Promise<RunningWebapp>;
  /** The same where a part of the world is away: it is not waited until the web app is ready. */
  readonly startAway: (settings?: Partial<WebappConfig>) => Promise<RunningWebapp>;
  readonly close: () => Promise<void>;
};

export type RunningWebapp = {
  readonly url: string;
  /** On the second port; null when there is none. */
  readonly campaignsUrl: string | null;
  /** Resolves when all that the topics held at the time of the call is shown. */
  readonly caughtUp: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const PARTITIONS = 3;

const START_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 20;

/** Resolves when the web app says that it is ready. */
const becomesReady = async (url: string): Promise<void> => {
  for (const deadline = Date.now() + START_MILLISECONDS; ; await delay(POLL_MILLISECONDS)) {
    const response = await fetch(`${url}/readyz`);
    if (response.status === 200) return;
    if (Date.now() > deadline) throw new Error(`not ready in time: ${await response.text()}`);
  }
};

/** Where the parts are that a web app needs. */
export type Infrastructure = {
  readonly kafkaBootstrapServers: string;
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
};

const sharedStack = (): Infrastructure => ({
  kafkaBootstrapServers: addressFromStack('KAFKA_BOOTSTRAP_SERVERS'),
  schemaRegistryUrl: addressFromStack('SCHEMA_REGISTRY_URL'),
  redisUrl: addressFromStack('REDIS_URL'),
});

/** Topics and keys of their own for one test file, on the stack that all share unless another is given. */
export const createSurroundings = async (
  infrastructure: Infrastructure = sharedStack(),
): Promise<Surroundings> => {
  const id = randomUUID().slice(0, 8);
  const { kafkaBootstrapServers: bootstrapServers, schemaRegistryUrl, redisUrl } = infrastructure;
  const redisPrefix = `test-${id}:`;
  const topics: WebappTopics = {
    view: {
      gold: `gold-${id}`,
      orders: `silver-orders-${id}`,
      activations: `silver-activations-${id}`,
      profiles: `profiles-${id}`,
    },
    actions: { profile: `profiles-${id}`, order: `orders-${id}`, engagement: `activations-${id}` },
    tables: {
      results: `results-${id}`,
      performance: `performance-${id}`,
      alerts: `alerts-${id}`,
      lateEvents: `late-events-${id}`,
      segmentSizes: `segment-sizes-${id}`,
      reconciliation: `reconciliation-${id}`,
    },
    pipeline: {
      deadLetters: `dead-letters-${id}`,
      consolidated: `consolidated-${id}`,
      hops: [
        {
          group: `comparing-${id}`,
          service: 'monitor',
          does: 'compares',
          reads: [`gold-${id}`, `consolidated-${id}`],
          isOptional: false,
        },
      ],
      comparing: `comparing-${id}`,
    },
  };
  const logger = createLogger(`test-${id}`);
  const kafka = createKafkaClient({ bootstrapServers, clientId: `test-${id}`, logger });
  const admin = kafka.admin();
  const { view, actions, tables, pipeline } = topics;
  const names = new Set([
    ...[view, actions, tables].flatMap((part): string[] => Object.values(part)),
    pipeline.deadLetters,
    pipeline.consolidated,
  ]);
  await admin.createTopics([...names].map((name) => ({ name, partitions: PARTITIONS })));
  await admin.close();
  const producer = kafka.producer();
  const registry = createSchemaRegistry({ url: schemaRegistryUrl });
  const gold = createJsonCodec<CustomerGold>('dom.customer.gold.v1');
  const orders = await createAvroCodec<SilverOrder>({ registry, topic: 'silver.orders.v1' });
  const activations = await createAvroCodec<SilverActivation>({ registry, topic: 'silver.activations.v1' });
  const profiles = await createAvroCodec<ProfileUpsert>({
    registry,
    topic: 'dom.customer.profile.upsert.v1',
  });
  const running = new Set<RunningWebapp>();
  const publish = async (...records: readonly OutgoingRecord[]): Promise<void> => {
    await producer.send(records);
  };

  const launch = async (settings: Partial<WebappConfig>, isWhole: boolean): Promise<RunningWebapp> => {
    const closers: (() => Promise<void>)[] = [];
    const config: WebappConfig = {
      kafka_bootstrap_servers: bootstrapServers,
      schema_registry_url: schemaRegistryUrl,
      redis_url: redisUrl,
      redis_prefix: redisPrefix,
      host: '127.0.0.1',
      port: 0,
      session_secret: 'a secret of the tests',
      reset_cache_on_start: false,
      overlay_timeout_ms: 10_000,
      produce_timeout_ms: 5_000,
      writes_per_minute: 10_000,
      history_limit: 100,
      segments_file: 'config/segments.yaml',
      trusted_proxies: 0,
      ...settings,
    };
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => {});
    const starting = startWebapp(
      {
        name: 'webapp',
        config,
        logger,
        metrics: createMetrics('webapp', { processMetrics: false }),
        onShutdown: (_name, close) => void closers.push(close),
        crash: (error) => {
          crashed.reject(error);
          throw error;
        },
        addCheck: () => {},
      },
      topics,
    );
    const { port, campaignsPort, caughtUp } = await Promise.race([starting, crashed.promise]);
    const webapp: RunningWebapp = {
      url: `http://127.0.0.1:${port}`,
      campaignsUrl: campaignsPort === null ? null : `http://127.0.0.1:${campaignsPort}`,
      caughtUp: () => Promise.race([caughtUp(), crashed.promise]),
      stop: async () => {
        running.delete(webapp);
        for (const close of closers.reverse()) await close();
      },
    };
    running.add(webapp);
    if (isWhole) await Promise.race([becomesReady(webapp.url), crashed.promise]);
    return webapp;
  };

  return {
    topics,
    redisUrl,
    redisPrefix,
    publish,
    publishGold: (...customers) =>
      publish(
        ...customers.map((customer) => ({
          topic: topics.view.gold,
          key: customer.customer_id,
          value: gold.encode(customer),
        })),
      ),
    publishOrders: (...rows) =>
      publish(
        ...rows.map((row) => ({
          topic: topics.view.orders,
          partition: 0,
          key: orderKey(row),
          value: orders.encode(row),
        })),
      ),
    publishActivations: (...rows) =>
      publish(
        ...rows.map((row) => ({
          topic: topics.view.activations,
          partition: 0,
          key: activationKey(row),
          value: activations.encode(row),
        })),
      ),
    publishProfiles: (...patches) =>
      publish(
        ...patches.map((patch) => ({
          topic: topics.view.profiles,
          key: patch.customer_id,
          value: profiles.encode(patch),
        })),
      ),
    start: (settings = {}) => launch(settings, true),
    startAway: (settings = {}) => launch(settings, false),
    close: async () => {
      await Promise.all([...running].map(({ stop }) => stop()));
      await producer.close();
    },
  };
};
