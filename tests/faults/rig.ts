import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Random } from '@marketing-streams/domain/simulation/random';
import { type EmbeddedStack, startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { preparePython } from '@marketing-streams/lakehouse/testing/python-environment';
import { type KafkaProxy, startKafkaProxy } from '@marketing-streams/stream/testing/kafka-proxy';
import { type Pipeline, startPipeline } from '../src/harness/pipeline.ts';
import { accessPipeline, type PipelineAccess, testKafkaClient } from '../src/harness/pipeline-access.ts';
import { PARTITIONS, prepareTopics } from '../src/harness/prepare-topics.ts';
import type { FurtherServiceName, ServiceName } from '../src/harness/service-process.ts';
import { openViewStore, type ViewStore } from '../src/harness/view-positions.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import { createAgreement } from './agreement.ts';
import { createLagZero } from './lag-zero.ts';
import { type Drive, startDriving } from './ledger/drive.ts';
import { createLedger, type Ledger } from './ledger/ledger.ts';
import { createTraffic } from './ledger/traffic.ts';
import { keepRecoveries, type Recovery, recoveryTable } from './recoveries.ts';

export type FaultRigOptions = {
  /** Of the scenario: names logs, clients and the file of recoveries. */
  readonly name: string;
  /** Decides the traffic and, through `random`, the faults. */
  readonly seed: number;
  /** Records per second; default 200. */
  readonly rate?: number;
  /** Default 400. */
  readonly customers?: number;
  /** TASKS of every processor; default the configuration's. */
  readonly tasks?: number;
  /**
   * Compares the lifecycle stages that gold reports back too, each change once. Not for scenarios in which gold loses
   * its state: what changed while it is rebuilt is not reported.
   */
  readonly exactFeedback?: boolean;
  /** Services besides those that every pipeline has; what they come to is compared too. */
  readonly further?: readonly FurtherServiceName[];
  /** Services that reach Kafka through a proxy of their own. */
  readonly proxied?: readonly ServiceName[];
  /** Further settings of single services, by the names of their environment variables. */
  readonly environmentOf?: (service: ServiceName) => Readonly<Record<string, string>>;
  /** Prepares the rig's folder before anything is in it (a small disk, say); gives what undoes that. */
  readonly furnish?: (folder: string) => () => void;
};

/** The whole platform with a stack of its own, traffic on its way, and the books of all that was sent. */
export type FaultRig = {
  readonly seed: number;
  /** The scenario's own random numbers; the traffic's are others. */
  readonly random: Random;
  readonly stack: EmbeddedStack;
  readonly pipeline: Pipeline;
  readonly access: PipelineAccess;
  readonly proxies: ReadonlyMap<ServiceName, KafkaProxy>;
  readonly ledger: Ledger;
  readonly drive: Drive;
  readonly view: ViewStore;
  /** Where state (`state`), tables (`delta`) and the stack's data (`stack`) lie. */
  readonly folder: string;
  /**
   * Strikes while traffic runs; gives the seconds until lag zero (see `lag-zero.ts`) and puts them into the table
   * that `stop` prints. They count from the call, or from the last call of `struck`, which the action is given for
   * when what it prepares is no part of the fault.
   */
  readonly strike: (name: string, action: (struck: () => void) => Promise<void>) => Promise<number>;
  /**
   * Pauses the traffic, waits until all positions match (groups, tables, the web app's view), compares the ledger
   * with every store, and lets the traffic go on. Throws naming what differs.
   */
  readonly agree: () => Promise<void>;
  /** The same once more with tables read by delta-rs and customers as people see them. The traffic stays paused. */
  readonly agreeAtTheEnd: () => Promise<void>;
  /** Ends everything, prints the recoveries and keeps them in `.local/recoveries`. */
  readonly stop: () => Promise<void>;
};

const RATE = 200;
const CUSTOMERS = 400;
const HOUR_MILLISECONDS = 3_600_000;
const CATCH_UP_MILLISECONDS = 180_000;

type Undo = () => unknown;

const startProxies = async (
  names: readonly ServiceName[],
  servers: string,
): Promise<ReadonlyMap<ServiceName, KafkaProxy>> =>
  new Map(await Promise.all(names.map(async (name) => [name, await startKafkaProxy(servers)] as const)));

/** Starts a rig; resolves when traffic goes all the way. What was started is ended when something fails. */
export const startFaultRig = async (options: FaultRigOptions): Promise<FaultRig> => {
  const undo: Undo[] = [];
  const undoAll = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await buildRig(options, undo, undoAll);
  } catch (error) {
    await undoAll();
    throw error;
  }
};

const buildRig = async (
  options: FaultRigOptions,
  undo: Undo[],
  undoAll: () => Promise<void>,
): Promise<FaultRig> => {
  const { name, seed, rate = RATE, customers = CUSTOMERS, further = [] } = options;
  console.log(`${name}: FAULT_SEED=${seed}`);
  const folder = mkdtempSync(join(tmpdir(), `marketing-streams-${name}-`));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  if (options.furnish !== undefined) undo.push(options.furnish(folder));
  const [stack] = await Promise.all([
    // A stack of its own: its broker is killed too.
    startEmbeddedStack({
      localDirectory: join(folder, 'stack'),
      ports: { kafka: 0, registry: 0, redis: 0 },
    }),
    preparePython(),
  ]);
  undo.push(() => stack.stop('kill'));
  await prepareTopics(testKafkaClient(stack.kafkaBootstrapServers, `${name}-setup`), stack.schemaRegistryUrl);
  const proxies = await startProxies(options.proxied ?? [], stack.kafkaBootstrapServers);
  for (const proxy of proxies.values()) undo.push(() => proxy.close());
  const pipeline = await startPipeline({
    name,
    infrastructure: stack,
    directory: folder,
    further,
    environmentOf: (service): Record<string, string> => {
      const proxy = proxies.get(service);
      return {
        ...(options.tasks === undefined ? {} : { TASKS: String(options.tasks) }),
        ...(proxy === undefined ? {} : { KAFKA_BOOTSTRAP_SERVERS: proxy.bootstrapServers }),
        ...options.environmentOf?.(service),
      };
    },
  });
  undo.push(() => pipeline.stop('kill'));
  const access = await accessPipeline({ ...pipeline, infrastructure: stack }, name);
  undo.push(access.close);
  const view = openViewStore(stack.redisUrl);
  undo.push(view.close);

  const ledger = createLedger();
  const producer = access.kafka.producer();
  undo.push(producer.close);
  const startAt = Date.now() - HOUR_MILLISECONDS;
  const { inputs } = access;
  const drive = startDriving(
    producer,
    createTraffic({ seed, customers, partitions: PARTITIONS, inputs, ledger, startAt }),
    rate,
  );
  // What went wrong with the traffic has been told where it mattered.
  undo.push(() => drive.stop().catch(() => undefined));
  const { kafka } = access;
  const lagZero = await createLagZero({
    kafka,
    view,
    deltaDirectory: pipeline.deltaDirectory,
    further,
    drive,
    rate,
  });

  const agreement = await createAgreement(access, view, ledger, options.exactFeedback ?? false);
  const comeToRest = async (): Promise<void> => {
    await drive.pause();
    await access.caughtUp(CATCH_UP_MILLISECONDS);
    await waitUntil('the sizes of segments are told', agreement.sizesProblem);
    await access.caughtUp(CATCH_UP_MILLISECONDS);
    await lagZero.view();
  };

  const recoveries: Recovery[] = [];
  return {
    seed,
    random: createRandom(seed, 1),
    stack,
    pipeline,
    access,
    proxies,
    ledger,
    drive,
    view,
    folder,
    strike: async (fault, action) => {
      const sentBefore = drive.sent();
      let struckAt = performance.now();
      const secondsUntil = (time: number): number => (time - struckAt) / 1000;
      await action(() => {
        struckAt = performance.now();
      });
      const lagZeroSeconds = secondsUntil(await lagZero.streams());
      await lagZero.tables();
      const tablesSeconds = secondsUntil(performance.now());
      const recordsMeanwhile = drive.sent() - sentBefore;
      if (recordsMeanwhile === 0) throw new Error(`${fault}: no traffic while it struck`);
      recoveries.push({ fault, lagZeroSeconds, tablesSeconds, recordsMeanwhile });
      console.log(`${fault}: lag zero after ${lagZeroSeconds.toFixed(1)} s`);
      return lagZeroSeconds;
    },
    agree: async () => {
      await comeToRest();
      await agreement.afterAFault();
      drive.resume();
    },
    agreeAtTheEnd: async () => {
      await comeToRest();
      await agreement.atTheEnd();
    },
    stop: async () => {
      await undoAll();
      keepRecoveries(name, seed, recoveries);
      if (recoveries.length > 0) console.log(`${name}, FAULT_SEED=${seed}\n${recoveryTable(recoveries)}`);
    },
  };
};
