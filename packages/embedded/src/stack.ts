import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '@marketing-streams/platform/errors';
import { makeClassArchive } from './class-archive.ts';
import { type KernelLock, lockHolder, tryKernelLock } from './kernel-lock.ts';
import { type LaunchedParts, launchParts } from './launch-parts.ts';
import type { PartName } from './part-name.ts';
import { registryUrl } from './parts/registry.ts';
import { LOOPBACK, resolvePort } from './ports.ts';
import type { OnProgress } from './progress.ts';
import type { ManagedProcess } from './supervise/managed-process.ts';

export type EmbeddedStackOptions = {
  /** Folder of all data and logs. One stack at a time uses it; its data is there again at the next start. */
  readonly localDirectory: string;
  /** Port of each part on the loopback address; 0 takes a free one. */
  readonly ports: Readonly<Record<PartName, number>>;
  /** Folder of downloads and class archives, shared by all stacks. Default: `defaultCacheDirectory`. */
  readonly cacheDirectory?: string;
  /** Default: that of this process. PATH and JAVA_HOME say where Java, Maven and Redis are. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly onProgress?: OnProgress;
  /** Aborting ends a start that is under way; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
};

/** Where a stack answers. */
export type StackAddresses = {
  /** host:port */
  readonly kafkaBootstrapServers: string;
  /** Base URL of the Confluent-compatible API. */
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
};

export type EmbeddedStack = StackAddresses & {
  /** Each part's process: its id, and kill, stop, start, restart for those who test what happens then. */
  readonly parts: Readonly<Record<PartName, ManagedProcess>>;
  /**
   * Makes what lets the next start be faster (about 15 s of one core at the lowest priority, once for each
   * Java and program version); resolves at once when it is there. Ends early when the stack stops.
   */
  readonly prepareFasterStart: () => Promise<void>;
  /** Ends all parts and frees the folder. */
  readonly stop: (how?: 'gracefully' | 'kill') => Promise<void>;
};

/** `EMBEDDED_CACHE_DIR`, else `.local/cache` of the repository. */
export const defaultCacheDirectory = (environment: NodeJS.ProcessEnv): string =>
  resolve(
    environment['EMBEDDED_CACHE_DIR'] || fileURLToPath(new URL('../../../.local/cache', import.meta.url)),
  );

/** One stack to a folder: two brokers on the same log files would destroy them. */
const lockFolder = (localDirectory: string): KernelLock => {
  const file = join(localDirectory, 'stack.lock');
  const lock = tryKernelLock(file);
  if (lock !== null) return lock;
  const holder = lockHolder(file);
  throw new PlatformError(
    'ALREADY_RUNNING',
    `${localDirectory} is in use by ${holder === null ? 'another process' : `process ${holder}`}: stop that one, or set LOCAL_DIR to another folder`,
    { details: { field: 'LOCAL_DIR', value: localDirectory, holder } },
  );
};

/** The addresses of a stack on these ports, none of them 0. */
export const stackAddresses = (ports: EmbeddedStackOptions['ports']): StackAddresses => ({
  kafkaBootstrapServers: `${LOOPBACK}:${ports.kafka}`,
  schemaRegistryUrl: registryUrl(ports.registry),
  redisUrl: `redis://${LOOPBACK}:${ports.redis}`,
});

const resolvePorts = async (asked: EmbeddedStackOptions['ports']): Promise<Record<PartName, number>> => ({
  kafka: await resolvePort('Kafka', asked.kafka, 'KAFKA_PORT'),
  registry: await resolvePort('the schema registry', asked.registry, 'REGISTRY_PORT'),
  redis: await resolvePort('Redis', asked.redis, 'REDIS_PORT'),
});

const makeClassArchives = async (
  trainings: LaunchedParts['trainings'],
  signal: AbortSignal,
): Promise<void> => {
  for (const training of trainings) await makeClassArchive(training, signal);
};

/**
 * Starts Kafka, the schema registry and Redis together, and resolves when all three answer. Whatever is not on
 * this machine yet is downloaded first. If one part fails, the others are ended before the error is thrown.
 *
 * Throws ALREADY_RUNNING, PORT_TAKEN, PREREQUISITE_MISSING or DISK_FULL with one line that says what to do, or
 * the part's KAFKA_, REGISTRY_ or REDIS_UNAVAILABLE with its log's last word.
 */
export const startEmbeddedStack = async (options: EmbeddedStackOptions): Promise<EmbeddedStack> => {
  const environment = options.environment ?? process.env;
  const localDirectory = resolve(options.localDirectory);
  const lock = lockFolder(localDirectory);
  const stopping = new AbortController();
  const signal = AbortSignal.any([
    stopping.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  try {
    const ports = await resolvePorts(options.ports);
    const { parts, trainings } = await launchParts({
      localDirectory,
      ports,
      downloads: {
        cacheDirectory: options.cacheDirectory ?? defaultCacheDirectory(environment),
        environment,
        onProgress: options.onProgress ?? (() => undefined),
        signal,
      },
    });
    let archives: Promise<void> | undefined;
    return {
      ...stackAddresses(ports),
      parts,
      prepareFasterStart: () => {
        archives ??= makeClassArchives(trainings, signal);
        return archives;
      },
      stop: async (how = 'gracefully') => {
        stopping.abort();
        const ends = Object.values(parts).map((part) => (how === 'kill' ? part.kill() : part.stop()));
        await Promise.allSettled([...ends, archives]);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};
