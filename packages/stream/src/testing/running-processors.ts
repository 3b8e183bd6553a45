import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '@marketing-streams/platform/metrics';
import type { ProcessorDefinition } from '../processor.ts';
import { runProcessor } from '../run-processor.ts';
import type { ProcessorRuntime, RunningProcessor } from '../runtime-options.ts';
import { encodeFailed } from './counting-processor.ts';
import type { KafkaFixture } from './kafka-fixture.ts';

/** The processors that one test runs in its own process, on a state folder of their own. */
export type RunningProcessors = {
  readonly stateDir: string;
  /** What a processor runs on; two tasks unless told. */
  readonly runtime: (deadLetters: string, options?: Partial<ProcessorRuntime>) => ProcessorRuntime;
  readonly run: (definition: ProcessorDefinition, options: ProcessorRuntime) => Promise<RunningProcessor>;
  /** Stops them all and removes the folder. */
  readonly end: () => Promise<void>;
};

/** Makes the folder; nothing runs yet. */
export const openRunningProcessors = (fixture: KafkaFixture): RunningProcessors => {
  const stateDir = mkdtempSync(join(tmpdir(), 'stream-int-'));
  const running: RunningProcessor[] = [];
  return {
    stateDir,
    runtime: (deadLetters, options = {}) => ({
      kafka: fixture.kafka,
      deadLetters: { topic: deadLetters, encode: encodeFailed },
      service: 'int-test',
      tasks: 2,
      stateDir,
      metrics: createMetrics('int-test', { processMetrics: false }),
      logger: fixture.logger,
      ...options,
    }),
    run: async (definition, options) => {
      const processor = await runProcessor(definition, options);
      running.push(processor);
      return processor;
    },
    end: async () => {
      await Promise.all(running.map((processor) => processor.stop()));
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
