import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOOPBACK } from '@marketing-streams/embedded/ports';
import { type StackAddresses, stackAddresses } from '@marketing-streams/embedded/stack';
import type { ProcessDefinition } from '@marketing-streams/embedded/supervise/managed-process';
import { httpProbe } from '@marketing-streams/embedded/supervise/poll';
import { MEMORY_ENVIRONMENT } from '@marketing-streams/platform/process-memory';
import { sessionSecret } from './session-secret.ts';
import { type DemoSettings, logFileOf } from './settings.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** In the order of the data's way through them, which is the order of the status lines. */
const SERVICES = [
  'producer',
  'bronze',
  'silver',
  'gold',
  'scorer',
  'gold-publisher',
  'live',
  'monitor',
  'webapp',
] as const;
export type ServiceName = (typeof SERVICES)[number];

const FIRST_HEALTH_PORT_OFFSET = 101;

/** From SIGTERM to SIGKILL. State is only written by committed transactions, so a hanging service may be cut. */
const STOP_WITHIN_MILLISECONDS = 5000;

/** The services that run with these settings. */
export const servicesOf = (settings: DemoSettings): readonly ServiceName[] =>
  SERVICES.filter((name) => settings.traffic || name !== 'producer');

/** The port on which a service answers `/readyz`; the web app has it among its pages. */
export const healthPortOf = (settings: DemoSettings, name: ServiceName): number =>
  name === 'webapp'
    ? settings.webappPort
    : settings.webappPort + FIRST_HEALTH_PORT_OFFSET + SERVICES.indexOf(name);

/** Made when the topics are there: until then services that have loaded their modules wait. */
export const startFileOf = (settings: DemoSettings): string =>
  join(settings.localDirectory, 'services-may-start');

const environmentOf = (settings: DemoSettings, addresses: StackAddresses): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  // Node keeps what it has compiled and stripped of types: 0.18 CPU seconds less for each service's start.
  NODE_COMPILE_CACHE: join(settings.localDirectory, 'compile-cache'),
  ...MEMORY_ENVIRONMENT,
  // All tasks of a processor would run in one process here; see docs/decisions/0043-pace-and-tasks.md.
  TASKS: '1',
  ...process.env,
  KAFKA_BOOTSTRAP_SERVERS: addresses.kafkaBootstrapServers,
  SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
  REDIS_URL: addresses.redisUrl,
  STATE_DIR: join(settings.localDirectory, 'state'),
  DELTA_DIR: settings.deltaDirectory,
  PORT: String(settings.webappPort),
  START_AFTER: startFileOf(settings),
  SESSION_SECRET:
    process.env['SESSION_SECRET'] || sessionSecret(join(settings.localDirectory, 'session-secret')),
});

/**
 * A service as a child process: run by the Node that runs us, told by its IPC channel when we are gone. It may
 * take as long as it needs to become ready, since what it waits for (Kafka, the registry) may be away a while.
 */
export const serviceDefinition = (settings: DemoSettings, name: ServiceName): ProcessDefinition => {
  const addresses = stackAddresses(settings.ports);
  const healthPort = healthPortOf(settings, name);
  const base = `http://${LOOPBACK}:${healthPort}`;
  const ready = httpProbe(`${base}/readyz`);
  const page = httpProbe(`${base}/`);
  return {
    name,
    logFile: logFileOf(settings, name),
    failureCode: 'INTERNAL',
    readyWithinMilliseconds: Number.POSITIVE_INFINITY,
    stopWithinMilliseconds: STOP_WITHIN_MILLISECONDS,
    ipc: true,
    probe: async (signal) => {
      // Until then it says no more than that it waits, ten times a second.
      if (!existsSync(startFileOf(settings))) return 'waits for the topics';
      return (await ready(signal)) ?? (name === 'webapp' ? page(signal) : null);
    },
    launch: () => ({
      command: process.execPath,
      args: [join(REPOSITORY, 'services', name, 'src', 'main.ts')],
      workingDirectory: REPOSITORY,
      environment: { ...environmentOf(settings, addresses), HEALTH_PORT: String(healthPort) },
    }),
  };
};
