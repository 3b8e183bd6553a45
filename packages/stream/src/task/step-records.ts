import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { Pipeline, PipelineResult } from '../pipeline.ts';
import type { FailedRecord } from '../runtime-options.ts';
import type { Overlay } from '../state/overlay.ts';
import type { StepContext } from '../step.ts';
import type { OutputCollector, Refusal } from './output-collector.ts';
import { isRecordAtFault } from './record-at-fault.ts';

export type SteppingOptions = {
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly service: string;
  readonly overlay: Overlay;
  readonly mode: StepContext['mode'];
  /** Wall clock of the transaction, epoch milliseconds. */
  readonly now: number;
  /** Null when outputs go nowhere. */
  readonly collector: OutputCollector | null;
  /** `topic/partition/offset` of records whose outputs cannot be published: dead letters without a trace. */
  readonly refused: ReadonlyMap<string, Refusal>;
  /** True when no further record is to be taken. */
  readonly isTimeUp: () => boolean;
};

/** What came of a number of records. */
export type Stepped = {
  readonly records: number;
  /** `topic/partition` → last record that was taken. */
  readonly last: ReadonlyMap<string, KafkaRecord>;
  readonly failed: readonly FailedRecord[];
  /** Largest timestamp among them; 0 without any. */
  readonly streamTime: number;
  /** Step name → records that reached it. */
  readonly reached: ReadonlyMap<string, number>;
  /** `step/reason` → records dropped. */
  readonly dropped: ReadonlyMap<string, number>;
};

/** A record's place as text: `topic/partition/offset`. */
export const placeOf = ({ topic, partition, offset }: KafkaRecord): string =>
  `${topic}/${partition}/${offset}`;

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

/**
 * Takes records through their pipelines, one after the other. A record that ends as a dead letter leaves no
 * trace in the state. Throws what a step throws, unless it is a PlatformError that blames the record.
 */
export const stepRecords = (records: Iterable<KafkaRecord>, options: SteppingOptions): Stepped => {
  const { overlay, mode, now, collector } = options;
  const last = new Map<string, KafkaRecord>();
  const reached = new Map<string, number>();
  const dropped = new Map<string, number>();
  const failed: FailedRecord[] = [];
  let taken = 0;
  let streamTime = 0;
  let step = '';
  const onStep = (name: string): void => {
    step = name;
    count(reached, name);
  };

  const run = (pipeline: Pipeline, record: KafkaRecord): PipelineResult => {
    try {
      return pipeline.run({ record, state: overlay.view, now, mode }, onStep);
    } catch (error) {
      if (!isRecordAtFault(error)) throw error;
      return { kind: 'dead-letter', code: error.code, message: error.message, step };
    }
  };

  for (const record of records) {
    const pipeline = options.pipelines.get(record.topic);
    if (pipeline === undefined) continue;
    overlay.mark();
    const refusal = options.refused.size > 0 ? options.refused.get(placeOf(record)) : undefined;
    const result: PipelineResult =
      refusal === undefined ? run(pipeline, record) : { kind: 'dead-letter', step: 'publish', ...refusal };
    taken += 1;
    last.set(`${record.topic}/${record.partition}`, record);
    if (record.timestamp > streamTime) streamTime = record.timestamp;
    if (result.kind === 'ok') {
      if (collector !== null) for (const output of result.outputs) collector.add(output, record);
    } else if (result.kind === 'drop') {
      count(dropped, `${result.step}/${result.reason}`);
    } else {
      overlay.rollBack();
      const { code, message } = result;
      const { service } = options;
      failed.push({ record, service, step: result.step, code, message, attempt: 1, failedAt: now });
    }
    if (options.isTimeUp()) break;
  }
  return { records: taken, last, failed, streamTime, reached, dropped };
};
