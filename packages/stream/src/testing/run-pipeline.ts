import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { Pipeline, PipelineResult } from '../pipeline.ts';
import type { StateView } from '../state/state-view.ts';

/** Where and when a test's record lies; every part has a default. */
export type RecordOptions = Partial<Omit<KafkaRecord, 'key'>> & { readonly key?: string | Buffer | null };

/** A record for unit tests: partition 0, offset 0, key `c1`. */
export const testRecord = (options: RecordOptions = {}): KafkaRecord => ({
  topic: 'topic',
  partition: 0,
  offset: 0,
  timestamp: Date.UTC(2026, 0, 1),
  value: null,
  headers: {},
  ...options,
  key: typeof options.key === 'string' ? Buffer.from(options.key) : (options.key ?? null),
});

/** Takes one record through a pipeline as the runtime does, live, at the record's own time. */
export const runPipeline = (pipeline: Pipeline, record: KafkaRecord, state: StateView): PipelineResult =>
  pipeline.run({ record, state, now: record.timestamp, mode: 'live' });

/** What an output publishes. */
export const publishedValue = (output: {
  readonly value: Buffer | null | (() => Buffer | null);
}): Buffer | null => (typeof output.value === 'function' ? output.value() : output.value);
