import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@marketing-streams/domain/simulation/random';
import { type EmbeddedStack, startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { preparePython } from '@marketing-streams/lakehouse/testing/python-environment';
import { type KafkaProxy, startKafkaProxy } from '@marketing-streams/stream/testing/kafka-proxy';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Infrastructure, type Pipeline, startPipeline } from './harness/pipeline.ts';
import { accessPipeline, type PipelineAccess, testKafkaClient } from './harness/pipeline-access.ts';
import { PARTITIONS, prepareTopics } from './harness/prepare-topics.ts';
import type { ServiceName } from './harness/service-process.ts';
import { differences } from './ledger/differences.ts';
import { startDriving } from './ledger/drive.ts';
import { brokerFault, type Fault, type FaultTargets, serviceFaults } from './ledger/faults.ts';
import { createLedger } from './ledger/ledger.ts';
import { bronze, deadLetters, versionsThatDidNotGrow } from './ledger/records.ts';
import {
  activationsTable,
  customersTable,
  goldTable,
  goldTopic,
  ordersTable,
  propensityTable,
  redis,
  type Views,
} from './ledger/stores.ts';
import { createTraffic } from './ledger/traffic.ts';

/** LEDGER_SEED repeats a run: the same records in the same order, the same faults in the same order. */
const SEED = Number(process.env['LEDGER_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const RATE = 150;
const CUSTOMERS = 400;
const HOUR_MILLISECONDS = 3_600_000;
const TEST_MILLISECONDS = 420_000;
const CATCH_UP_MILLISECONDS = 60_000;

/** Two services at a time go through their faults, so that recoveries overlap. */
const LANES: readonly (readonly ServiceName[])[] = [
  ['silver', 'scorer', 'webapp'],
  ['gold', 'gold-publisher', 'bronze'],
];

/** The services whose connection to Kafka can be cut. */
const PROXIED: readonly ServiceName[] = ['silver', 'gold'];

let folder: string;
let stack: EmbeddedStack;
let proxies: ReadonlyMap<ServiceName, KafkaProxy>;
let pipeline: Pipeline;
let access: PipelineAccess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'marketing-streams-ledger-'));
  [stack] = await Promise.all([
    // A stack of its own: its broker is killed too.
    startEmbeddedStack({ localDirectory: join(folder, 'stack'), ports: { kafka: 0, registry: 0, redis: 0 } }),
    preparePython(),
  ]);
  const infrastructure: Infrastructure = stack;
  await prepareTopics(
    testKafkaClient(stack.kafkaBootstrapServers, 'ledger-setup'),
    infrastructure.schemaRegistryUrl,
  );
  proxies = new Map(
    await Promise.all(
      PROXIED.map(async (name) => [name, await startKafkaProxy(stack.kafkaBootstrapServers)] as const),
    ),
  );
  pipeline = await startPipeline({
    name: 'ledger',
    infrastructure,
    directory: folder,
    environmentOf: (name): Record<string, string> => {
      const proxy = proxies.get(name);
      return proxy === undefined ? {} : { KAFKA_BOOTSTRAP_SERVERS: proxy.bootstrapServers };
    },
  });
  access = await accessPipeline({ ...pipeline, infrastructure }, 'ledger');
});

afterAll(async () => {
  await access?.close();
  await pipeline?.stop('kill');
  for (const proxy of proxies?.values() ?? []) await proxy.close();
  await stack?.stop('kill');
  rmSync(folder, { recursive: true, force: true });
});

const strikeAll = async (faults: readonly Fault[]): Promise<void> => {
  for (const { name, strike } of faults) {
    const begin = performance.now();
    await strike();
    console.log(`${name}: well again after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
};

it(
  'loses nothing and doubles nothing, whatever dies and whenever',
  async () => {
    console.log(`LEDGER_SEED=${SEED}`);
    const ledger = createLedger();
    const producer = access.kafka.producer();
    const traffic = createTraffic({
      seed: SEED,
      customers: CUSTOMERS,
      partitions: PARTITIONS,
      inputs: access.inputs,
      ledger,
      startAt: Date.now() - HOUR_MILLISECONDS,
    });
    const drive = startDriving(producer, traffic, RATE);
    const targets: FaultTargets = { pipeline, stack, proxies };
    await Promise.all(
      LANES.map((names, lane) => strikeAll(serviceFaults(names, targets, createRandom(SEED, lane)))),
    );
    await strikeAll([brokerFault(targets)]);
    await drive.stop();
    await producer.close();
    await access.caughtUp(CATCH_UP_MILLISECONDS);
    console.log(`${drive.sent()} records sent to ${ledger.customerIds().length} customers`);

    const { deltaDirectory } = pipeline;
    const agree = async (store: string, views: Promise<Views>): Promise<void> => {
      const { expected, actual } = await views;
      expect(differences(store, expected, actual)).toEqual([]);
    };
    await agree('dom.customer.gold.v1', goldTopic(access, ledger));
    expect(await versionsThatDidNotGrow(access)).toEqual([]);
    await agree('dead-letter-queue', deadLetters(access));
    await agree('silver/orders', ordersTable(deltaDirectory, ledger));
    await agree('silver/activations', activationsTable(deltaDirectory, ledger));
    await agree('silver/customers', customersTable(deltaDirectory, ledger));
    await agree('gold/customer_360', goldTable(deltaDirectory, ledger));
    await agree('gold/propensity', propensityTable(access));
    await agree('bronze', bronze(access));
    await vi.waitFor(() => agree('Redis', redis(access, ledger)), { timeout: 30_000, interval: 500 });
  },
  TEST_MILLISECONDS,
);
