import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { Pipeline, PipelineResult, StepProgress } from '../pipeline.ts';
import type { FailedRecord } from '../runtime-options.ts';
import type { Overlay } from '../state/overlay.ts';
import type { StepContext } from '../step.ts';
import { mergeRuns } from './merge-order.ts';
import type { OutputCollector, Refusal } from './output-collector.ts';
import { isRecordAtFault, mayReadOtherwiseLater } from './record-at-fault.ts';
import { createStepCounts } from './step-counts.ts';
import { ROOM_FOR_REFUSED } from './transaction-note.ts';
import type { Turns } from './turns.ts';

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
  readonly turns: Turns;
  /** True when no further record is to be taken; asked every few records. */
  readonly isTimeUp: () => boolean;
};

/** What came of a number of records. */
export type Stepped = {
  readonly records: number;
  /** Of every partition that records were taken from, the last one. */
  readonly last: readonly KafkaRecord[];
  readonly failed: readonly FailedRecord[];
  /** Places of those among them that the transaction's note has to name; never more than it has room for. */
  readonly refused: readonly string[];
  /** Largest timestamp among them, at most an hour after `now`; 0 without any. */
  readonly streamTime: number;
  /** Step name → records that reached it. */
  readonly reached: ReadonlyMap<string, number>;
  /** `step/reason` → records dropped. */
  readonly dropped: ReadonlyMap<string, number>;
};

/** Records between two looks at the clock. */
const CLOCK_STRIDE = 32;

/** What a producer's clock may be ahead of ours; beyond it a record does not move the stream time on any further. */
const CLOCK_TOLERANCE_MILLISECONDS = 3_600_000;

/** A record's place as text: `topic/partition/offset`. */
export const placeOf = ({ topic, partition, offset }: KafkaRecord): string =>
  `${topic}/${partition}/${offset}`;

/**
 * Takes the records of several partitions through their pipelines, one after the other, in an order that depends
 * on them alone. A record that ends as a dead letter leaves no trace in the state. Throws what a step throws,
 * unless it is a PlatformError that blames the record.
 */
export const stepRecords = async (
  runs: readonly (readonly KafkaRecord[])[],
  options: SteppingOptions,
): Promise<Stepped> => {
  const { overlay, mode, now, collector, turns, pipelines, refused, service } = options;
  const state = overlay.view;
  const merged = mergeRuns(runs);
  const counts = createStepCounts();
  const failed: FailedRecord[] = [];
  const noted: string[] = [];
  let room = ROOM_FOR_REFUSED;
  const progress: StepProgress = { step: '' };
  const newest = now + CLOCK_TOLERANCE_MILLISECONDS;
  let taken = 0;
  let streamTime = 0;

  const run = (pipeline: Pipeline, record: KafkaRecord): PipelineResult => {
    try {
      return pipeline.run({ record, state, now, mode }, progress);
    } catch (error) {
      if (!isRecordAtFault(error)) throw error;
      return { kind: 'dead-letter', code: error.code, message: error.message, step: progress.step };
    }
  };

  for (let record = merged.next(); record !== undefined; record = merged.next()) {
    taken += 1;
    if (record.timestamp > streamTime) streamTime = Math.min(record.timestamp, newest);
    const pipeline = pipelines.get(record.topic);
    if (pipeline !== undefined) {
      overlay.mark();
      const refusal = refused.size > 0 ? refused.get(placeOf(record)) : undefined;
      const result: PipelineResult =
        refusal === undefined ? run(pipeline, record) : { kind: 'dead-letter', step: 'publish', ...refusal };
      counts.note(pipeline, result);
      if (result.kind === 'ok') {
        if (collector !== null) for (const output of result.outputs) collector.add(output, record);
      } else if (result.kind === 'dead-letter') {
        overlay.rollBack();
        const { code, message, step } = result;
        failed.push({ record, service, step, code, message, attempt: 1, failedAt: now });
        if (refusal !== undefined || mayReadOtherwiseLater(code)) {
          const place = placeOf(record);
          noted.push(place);
          room -= place.length + 3;
          if (room <= 0 && mode === 'live') break;
        }
      }
    }
    if (taken % CLOCK_STRIDE !== 0 || !turns.isOver()) continue;
    if (options.isTimeUp()) break;
    await turns.next();
  }
  return { records: taken, last: merged.last(), failed, refused: noted, streamTime, ...counts.told() };
};
