import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { progressPrinter } from '@marketing-streams/embedded/progress';
import { startEmbeddedStack } from '@marketing-streams/embedded/stack';
import { MEMORY_ENVIRONMENT } from '@marketing-streams/platform/process-memory';
import { type Pipeline, startPipeline } from '@marketing-streams/tests/harness/pipeline';
import {
  accessPipeline,
  type PipelineAccess,
  testKafkaClient,
} from '@marketing-streams/tests/harness/pipeline-access';
import { prepareTopics } from '@marketing-streams/tests/harness/prepare-topics';
import { openViewStore, type ViewStore } from '@marketing-streams/tests/harness/view-positions';
import { type ProcessUsage, usageOf } from './process-usage.ts';
import { type FurtherName, type OfEachProcess, PROCESSES, type ProcessName } from './rig-processes.ts';

/** A stack and all services, fresh and empty, as processes of their own. */
export type Rig = {
  readonly pipeline: Pipeline;
  readonly access: PipelineAccess;
  readonly view: ViewStore;
  /** What every process has used so far. */
  readonly usage: () => OfEachProcess<ProcessUsage>;
  /** The ids of the processes that always run, at the moment; throws naming one that is down. */
  readonly pids: () => Readonly<Record<ProcessName, number>>;
  readonly stop: () => Promise<void>;
};

const pidOf = (name: string, pid: number | null): number => {
  if (pid === null) throw new Error(`${name} is down`);
  return pid;
};

export type RigOptions = {
  /** Folder into which every thread of every service writes its CPU profile (`.cpuprofile`) when it stops. */
  readonly cpuProfiles?: string | undefined;
  /** What every service's environment has on top of the usual. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Services besides those that every pipeline has; default none. */
  readonly further?: readonly FurtherName[];
};

/** Starts a rig in a folder of its own, which `stop` removes. */
export const startRig = async ({
  cpuProfiles,
  environment = {},
  further = [],
}: RigOptions = {}): Promise<Rig> => {
  const directory = mkdtempSync(join(tmpdir(), 'marketing-streams-bench-'));
  const stack = await startEmbeddedStack({
    localDirectory: join(directory, 'stack'),
    ports: { kafka: 0, registry: 0, redis: 0 },
    onProgress: progressPrinter(process.stderr),
  });
  const infrastructure = {
    kafkaBootstrapServers: stack.kafkaBootstrapServers,
    schemaRegistryUrl: stack.schemaRegistryUrl,
    redisUrl: stack.redisUrl,
  };
  await prepareTopics(
    testKafkaClient(infrastructure.kafkaBootstrapServers, 'bench-setup'),
    infrastructure.schemaRegistryUrl,
  );
  const nodeOptionsOf = (service: string): string =>
    [
      environment['NODE_OPTIONS'] ?? MEMORY_ENVIRONMENT['NODE_OPTIONS'],
      ...(cpuProfiles === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${join(resolve(cpuProfiles), service)}`]),
    ].join(' ');
  // As `make demo` runs it: one process and one task per processor.
  const environmentOf = (service: string): Record<string, string> => ({
    TASKS: process.env['TASKS'] ?? '1',
    ...environment,
    NODE_OPTIONS: nodeOptionsOf(service),
  });
  const pipeline = await startPipeline({ name: 'bench', infrastructure, directory, environmentOf, further });
  const { webappUrl, deltaDirectory } = pipeline;
  const access = await accessPipeline({ webappUrl, deltaDirectory, infrastructure, further }, 'bench');
  const names: readonly (ProcessName | FurtherName)[] = [...PROCESSES, ...further];
  const ofEach = <Value>(of: (name: ProcessName | FurtherName) => Value): OfEachProcess<Value> =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as OfEachProcess<Value>;
  const pid = (name: ProcessName | FurtherName): number =>
    pidOf(name, name === 'kafka' ? stack.parts.kafka.pid() : pipeline.services[name].pid());
  const view = openViewStore(stack.redisUrl);
  return {
    pipeline,
    access,
    view,
    usage: () => ofEach((name) => usageOf(pid(name))),
    pids: () => Object.fromEntries(PROCESSES.map((name) => [name, pid(name)])) as Record<ProcessName, number>,
    stop: async () => {
      view.close();
      await access.close();
      await pipeline.stop();
      await stack.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
