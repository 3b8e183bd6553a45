import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '@marketing-streams/embedded/ports';
import { MEMORY_ENVIRONMENT } from '@marketing-streams/platform/process-memory';
import {
  type FurtherServiceName,
  SERVICE_NAMES,
  type ServiceName,
  type ServiceProcess,
  startServiceProcess,
} from './service-process.ts';
import { waitUntil } from './wait-until.ts';

const LOGS = fileURLToPath(new URL('../../../.local/test-logs', import.meta.url));

/** As the demo has it: a restart loads in half the CPU time. */
const COMPILE_CACHE = fileURLToPath(new URL('../../../.local/cache/compile-cache', import.meta.url));

/** Where Kafka, the registry and Redis answer. */
export type Infrastructure = {
  /** host:port */
  readonly kafkaBootstrapServers: string;
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
};

export type PipelineOptions = {
  readonly infrastructure: Infrastructure;
  /** Folder of state and tables; the same one again goes on where it stopped. */
  readonly directory: string;
  /** The services' logs go to `.local/test-logs/<name>`, anew with every start, and stay there. */
  readonly name: string;
  /**
   * Settings of single services on top of the common ones, by the names of their environment variables; asked at
   * every start of a process.
   */
  readonly environmentOf?: (service: ServiceName) => Readonly<Record<string, string>>;
  /** In place of the services that every pipeline has, for a test of a few of them. */
  readonly only?: readonly ServiceName[];
  /** Services besides those that every pipeline has; default none. */
  readonly further?: readonly FurtherServiceName[];
};

/** The services as processes of their own, as the demo runs them. */
export type Pipeline = {
  /** Those that run; asking for another one throws. */
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** The services that run besides those that every pipeline has. */
  readonly further: readonly FurtherServiceName[];
  /** Starts those of the services that do not run yet; resolves when they are ready. */
  readonly startFurther: (names: readonly FurtherServiceName[]) => Promise<void>;
  /**
   * Starts one more instance of a service on the same state and tables, with a health port and a log of its own,
   * as `docker compose --scale` does on one machine. Resolves when it is ready.
   */
  readonly startInstance: (name: ServiceName) => Promise<ServiceProcess>;
  /** The same with further settings, and without waiting for it: one that is refused is never ready. */
  readonly addInstance: (
    name: ServiceName,
    environment: Readonly<Record<string, string>>,
  ) => Promise<ServiceProcess>;
  /** Base URL of the web app; empty where it does not run. */
  readonly webappUrl: string;
  readonly deltaDirectory: string;
  readonly stateDirectory: string;
  readonly stop: (how?: 'gracefully' | 'kill') => Promise<void>;
};

/**
 * What a process needs of its surroundings to run at all, and the mark by which a test run finds what it has left
 * behind; nothing else of a test run's environment reaches it.
 */
const SURROUNDINGS = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'MARKETING_STREAMS_TEST_RUN'];

const surroundings = (): Record<string, string> =>
  Object.fromEntries(
    SURROUNDINGS.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

/** How long the services may take to become ready, all together, on a slow machine. */
const READY_WITHIN_MILLISECONDS = 60_000;

/** Resolves when all are ready. Throws naming those that are not, and where their logs are. */
const allReady = async (services: readonly ServiceProcess[]): Promise<void> => {
  const waiting = new Set(services);
  for (const service of services) void service.ready.then(() => waiting.delete(service));
  await waitUntil(
    'all services are ready',
    async () =>
      waiting.size === 0
        ? null
        : [...waiting].map(({ name, logFile }) => `${name} is not (${logFile})`).join(', '),
    READY_WITHIN_MILLISECONDS,
  );
};

/** The processes by their services' names, whenever they were started. */
const servicesIn = (running: ReadonlyMap<string, ServiceProcess>): Pipeline['services'] =>
  new Proxy({} as Pipeline['services'], {
    get: (_, name) => {
      if (typeof name === 'symbol') return undefined;
      const service = running.get(name);
      if (service === undefined) throw new Error(`the pipeline runs no ${name}: see \`further\``);
      return service;
    },
  });

/**
 * Starts every service on free ports; resolves when all are ready, and stops them all when one does not become so.
 * Topics and schemas have to exist.
 */
export const startPipeline = async (options: PipelineOptions): Promise<Pipeline> => {
  const { infrastructure, directory } = options;
  const stateDirectory = join(directory, 'state');
  const deltaDirectory = join(directory, 'delta');
  const logDirectory = join(LOGS, options.name);
  rmSync(logDirectory, { recursive: true, force: true });

  const instances: ServiceProcess[] = [];

  const start = async (
    name: ServiceName,
    instance: number,
    further: Readonly<Record<string, string>> = {},
  ): Promise<ServiceProcess> => {
    const port = await findFreePort();
    const environment = (): Record<string, string> => ({
      ...surroundings(),
      KAFKA_BOOTSTRAP_SERVERS: infrastructure.kafkaBootstrapServers,
      SCHEMA_REGISTRY_URL: infrastructure.schemaRegistryUrl,
      REDIS_URL: infrastructure.redisUrl,
      STATE_DIR: stateDirectory,
      DELTA_DIR: deltaDirectory,
      // The web app serves its health with its pages.
      ...(name === 'webapp' ? { PORT: String(port) } : { HEALTH_PORT: String(port) }),
      // As the demo and the image run them.
      ...MEMORY_ENVIRONMENT,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      SESSION_SECRET: 'a secret that outlives a restart',
      WRITES_PER_MINUTE: '100000',
      // Tests that wait for it wait for nothing else by then.
      RECONCILE_AFTER_MS: '1000',
      ...options.environmentOf?.(name),
      ...further,
    });
    const started = startServiceProcess({ name, instance, port, environment, logDirectory });
    instances.push(started);
    return started;
  };

  const running = new Map<ServiceName, ServiceProcess>();
  const startFirst = async (names: readonly ServiceName[]): Promise<void> => {
    const started = await Promise.all(names.map((name) => start(name, 1)));
    for (const service of started) running.set(service.name, service);
    await allReady(started);
  };
  const further = [...(options.further ?? [])];
  const services = servicesIn(running);
  const stop: Pipeline['stop'] = async (how) => {
    await Promise.all(instances.map((service) => service.stop(how)));
  };
  const highest = new Map<ServiceName, number>();
  const addInstance: Pipeline['addInstance'] = (name, environment) => {
    const instance = 1 + (highest.get(name) ?? 1);
    highest.set(name, instance);
    return start(name, instance, environment);
  };
  const startInstance: Pipeline['startInstance'] = async (name) => {
    const service = await addInstance(name, {});
    await allReady([service]);
    return service;
  };
  let starting: Promise<void> = Promise.resolve();
  const startFurther: Pipeline['startFurther'] = (names) => {
    // One after the other, so that two who want the same service get one.
    starting = starting.then(async () => {
      const missing = names.filter((name) => !further.includes(name));
      further.push(...missing);
      await startFirst(missing);
    });
    return starting;
  };
  try {
    await startFirst([...(options.only ?? SERVICE_NAMES), ...further]);
  } catch (error) {
    await stop('kill');
    throw error;
  }
  return {
    services,
    further,
    startFurther,
    startInstance,
    addInstance,
    webappUrl: running.get('webapp')?.url ?? '',
    deltaDirectory,
    stateDirectory,
    stop,
  };
};
