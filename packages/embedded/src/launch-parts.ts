import { join } from 'node:path';
import { type ClassArchiveTraining, classArchiveFile } from './class-archive.ts';
import { type Bundle, KAFKA_BUNDLE, REGISTRY_BUNDLE } from './download/bundles.ts';
import { type DownloadContext, ensureBundle } from './download/ensure-bundle.ts';
import { findJava } from './java.ts';
import type { PartName } from './part-name.ts';
import { kafkaDefinition } from './parts/kafka.ts';
import type { PartContext } from './parts/part-context.ts';
import { redisDefinition } from './parts/redis.ts';
import { findRedis } from './parts/redis-binary.ts';
import { registryDefinition } from './parts/registry.ts';
import { type ManagedProcess, manageProcess, type ProcessDefinition } from './supervise/managed-process.ts';

export type PartsLaunch = {
  readonly localDirectory: string;
  readonly ports: Readonly<Record<PartName, number>>;
  /** Cache, environment and progress; its signal ends the launch. */
  readonly downloads: DownloadContext;
};

export type LaunchedParts = {
  readonly parts: Readonly<Record<PartName, ManagedProcess>>;
  /** How to make the class archives of the Java parts. */
  readonly trainings: readonly ClassArchiveTraining[];
};

/** Runs the starts together; when one fails, ends the others before it throws that error. */
const allOrNone = async <Result>(
  starts: readonly Promise<Result>[],
  abort: AbortController,
  managed: readonly ManagedProcess[],
): Promise<void> => {
  try {
    await Promise.all(starts);
  } catch (error) {
    abort.abort(error);
    // A start that was just about to launch its process when the signal came has done so meanwhile.
    await Promise.allSettled(starts);
    await Promise.all(managed.map((part) => part.kill()));
    throw error;
  }
};

/** Starts the three parts together, each as soon as its own files are there. */
export const launchParts = async (launch: PartsLaunch): Promise<LaunchedParts> => {
  const { localDirectory, ports } = launch;
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, launch.downloads.signal]);
  const downloads = { ...launch.downloads, signal };
  const { environment, cacheDirectory } = downloads;
  const managed: ManagedProcess[] = [];
  const trainings: ClassArchiveTraining[] = [];

  const contextOf = (part: PartName): PartContext => ({
    dataDirectory: join(localDirectory, part),
    logFile: join(localDirectory, 'logs', `${part}.log`),
    port: ports[part],
    environment,
  });

  const start = async (definition: ProcessDefinition): Promise<ManagedProcess> => {
    signal.throwIfAborted();
    const part = manageProcess(definition);
    managed.push(part);
    await part.start();
    return part;
  };

  const java = findJava(environment);
  const startJava = async (
    bundle: Bundle,
    define: ClassArchiveTraining['define'],
  ): Promise<ManagedProcess> => {
    const found = await java;
    const programDirectory = await ensureBundle(bundle, downloads);
    const classArchive = classArchiveFile(cacheDirectory, programDirectory, found);
    const context = { ...contextOf(bundle.part), java: found, programDirectory, classArchive };
    trainings.push({ context, define });
    return start(define(context));
  };
  const startRedis = async (): Promise<ManagedProcess> => {
    const binary = await findRedis(downloads);
    return start(redisDefinition({ ...contextOf('redis'), binary }));
  };

  const starts = [
    startJava(KAFKA_BUNDLE, kafkaDefinition),
    startJava(REGISTRY_BUNDLE, registryDefinition),
    startRedis(),
  ] as const;
  const endAll = (): void => void Promise.all(managed.map((part) => part.kill()));
  signal.addEventListener('abort', endAll);
  await allOrNone(starts, abort, managed);
  signal.removeEventListener('abort', endAll);
  const [kafka, registry, redis] = await Promise.all(starts);
  return { parts: { kafka, registry, redis }, trainings };
};
