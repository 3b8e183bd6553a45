import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@marketing-streams/embedded/ports';
import {
  SERVICE_NAMES,
  type ServiceName,
  type ServiceProcess,
  startServiceProcess,
} from './service-process.ts';

/** Where Kafka, the registry and Redis answer. */
export type Infrastructure = {
  /** host:port */
  readonly kafkaBootstrapServers: string;
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
};

export type PipelineOptions = {
  readonly infrastructure: Infrastructure;
  /** Folder of state, tables and logs; the same one again goes on where it stopped. */
  readonly directory: string;
  /** Settings of single services on top of the common ones, by the names of their environment variables. */
  readonly environmentOf?: (service: ServiceName) => Readonly<Record<string, string>>;
};

/** All services as processes of their own, as the demo runs them. */
export type Pipeline = {
  readonly services: Readonly<Record<ServiceName, ServiceProcess>>;
  /** Base URL of the web app. */
  readonly webappUrl: string;
  readonly deltaDirectory: string;
  readonly stateDirectory: string;
  readonly logDirectory: string;
  readonly stop: (how?: 'gracefully' | 'kill') => Promise<void>;
};

/** What a process needs of its surroundings to run at all; nothing else of a test run's environment reaches it. */
const SURROUNDINGS = ['PATH', 'HOME', 'TMPDIR', 'LANG'];

const surroundings = (): Record<string, string> =>
  Object.fromEntries(
    SURROUNDINGS.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

/** Starts every service on free ports; resolves when all are ready. Topics and schemas have to exist. */
export const startPipeline = async (options: PipelineOptions): Promise<Pipeline> => {
  const { infrastructure, directory } = options;
  const stateDirectory = join(directory, 'state');
  const deltaDirectory = join(directory, 'delta');
  const logDirectory = join(directory, 'logs');
  mkdirSync(logDirectory, { recursive: true });

  const start = async (name: ServiceName): Promise<ServiceProcess> => {
    const port = await findFreePort();
    const environment = {
      ...surroundings(),
      KAFKA_BOOTSTRAP_SERVERS: infrastructure.kafkaBootstrapServers,
      SCHEMA_REGISTRY_URL: infrastructure.schemaRegistryUrl,
      REDIS_URL: infrastructure.redisUrl,
      STATE_DIR: stateDirectory,
      DELTA_DIR: deltaDirectory,
      // The web app serves its health with its pages.
      ...(name === 'webapp' ? { PORT: String(port) } : { HEALTH_PORT: String(port) }),
      SESSION_SECRET: 'a secret that outlives a restart',
      WRITES_PER_MINUTE: '100000',
      ...options.environmentOf?.(name),
    };
    return startServiceProcess(name, port, environment, logDirectory);
  };

  const started = await Promise.all(SERVICE_NAMES.map(start));
  const services = Object.fromEntries(
    started.map((service) => [service.name, service]),
  ) as Pipeline['services'];
  await Promise.all(started.map(({ ready }) => ready));
  return {
    services,
    webappUrl: services.webapp.url,
    deltaDirectory,
    stateDirectory,
    logDirectory,
    stop: async (how) => {
      await Promise.all(started.map((service) => service.stop(how)));
    },
  };
};
