import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { Output, Step, StepContext, StepResult } from './step.ts';

/** What one record led to, and at which step it ended. */
export type PipelineResult =
  | { readonly kind: 'ok'; readonly outputs: readonly Output[] }
  | (Exclude<StepResult<never>, { readonly kind: 'ok' }> & { readonly step: string });

/** The way of one input topic's records through its steps. */
export type Pipeline = {
  readonly topic: string;
  /** Names of the steps in order. */
  readonly steps: readonly string[];
  /** Asynchronous work a batch needs before its records are stepped through, e.g. resolving unknown schema ids. */
  readonly prepare: (records: readonly KafkaRecord[]) => Promise<void>;
  /** Takes one record through all steps. Errors a step throws come out as they are. */
  readonly run: (context: StepContext, progress?: StepProgress) => PipelineResult;
};

/** Says which step a record has reached: the one that threw, when one throws. */
export type StepProgress = { step: string };

export type PipelineBuilder<Value> = {
  /** Adds a step; the function's name is its name everywhere. */
  readonly through: <Next>(step: Step<Value, Next>) => PipelineBuilder<Next>;
  /** The finished pipeline. */
  readonly build: () => Pipeline;
};

export type PipelineOptions = { readonly prepare?: Pipeline['prepare'] };

const nothingToPrepare = async (): Promise<void> => {};

/**
 * Begins the pipeline of a topic. It reads as a sentence:
 * `from('dom.order.placed.v1').through(requireKey).through(decode).through(upsertOrder).build()`.
 */
export const from = (topic: string, options: PipelineOptions = {}): PipelineBuilder<KafkaRecord> => {
  const builder = <Value>(steps: readonly Step<never, unknown>[]): PipelineBuilder<Value> => ({
    through: (step) => {
      if (step.name === '') throw new TypeError(`a step of ${topic} has no name: return a named function`);
      return builder([...steps, step as Step<never, unknown>]);
    },
    build: () => {
      const names = steps.map((step) => step.name);
      return {
        topic,
        steps: names,
        prepare: options.prepare ?? nothingToPrepare,
        run: (context, progress = { step: '' }) => runSteps(steps, names, context, progress),
      };
    },
  });
  return builder<KafkaRecord>([]);
};

const runSteps = (
  steps: readonly Step<never, unknown>[],
  names: readonly string[],
  context: StepContext,
  progress: StepProgress,
): PipelineResult => {
  let value: unknown = context.record;
  let outputs: readonly Output[] = [];
  for (let index = 0; index < steps.length; index++) {
    const name = names[index]!;
    progress.step = name;
    const result = steps[index]!(value as never, context);
    if (result.kind !== 'ok') return { ...result, step: name };
    value = result.value;
    if (result.outputs.length > 0)
      outputs = outputs.length === 0 ? result.outputs : [...outputs, ...result.outputs];
  }
  return { kind: 'ok', outputs };
};
