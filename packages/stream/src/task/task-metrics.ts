import type { Metrics } from '@marketing-streams/platform/metrics';
import type { Position } from '../kafka/api.ts';
import type { RestorePlan } from './restore-plan.ts';
import type { Stepped } from './step-records.ts';

/** Who refuses the writes of a former owner. */
export type FencedBy = 'kafka' | 'state';

/** What one task tells about itself. */
export type TaskMetrics = {
  readonly committed: (stepped: Stepped, sent: number, seconds: number) => void;
  readonly lag: (positions: readonly (Position & { readonly end: number })[]) => void;
  readonly recovered: (cause: string) => void;
  /** A take-over, by the way the state came back. */
  readonly restored: (how: RestorePlan['kind']) => void;
  /** A write that was refused because another process owns the task since. */
  readonly fenced: (by: FencedBy) => void;
  /** Records that a rebuild left out. */
  readonly skipped: (code: string, records: number) => void;
  /** A row of a timer or of a rebuild that cannot be published. */
  readonly unfit: (topic: string, code: string) => void;
};

const BATCH_BUCKETS = [
  0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
];

/** Metrics of a processor's task. */
export const createTaskMetrics = (metrics: Metrics, processor: string, task: number): TaskMetrics => {
  const labels = { processor, task: String(task) };
  const names = Object.keys(labels);
  const stepped = metrics.counter('stream_step_records_total', 'Records that reached a step.', [
    ...names,
    'step',
  ]);
  const dropped = metrics.counter('stream_dropped_total', 'Records that needed nothing more, by reason.', [
    ...names,
    'step',
    'reason',
  ]);
  const deadLetters = metrics.counter('stream_dead_letters_total', 'Records given up, by code.', [
    ...names,
    'step',
    'code',
  ]);
  const sent = metrics.counter('stream_outputs_total', 'Records published, dead letters included.', names);
  const seconds = metrics.histogram(
    'stream_transaction_seconds',
    'From taking records to durable state.',
    names,
  );
  const sizes = metrics.histogram(
    'stream_transaction_records',
    'Records one transaction answered for.',
    names,
    BATCH_BUCKETS,
  );
  const lag = metrics.gauge('stream_lag_records', 'Records not yet answered for.', [
    ...names,
    'topic',
    'partition',
  ]);
  const recoveries = metrics.counter('stream_recoveries_total', 'Ways through the recovery path, by cause.', [
    ...names,
    'cause',
  ]);
  const restores = metrics.counter(
    'stream_restores_total',
    'Take-overs of a task, by how its state came back.',
    [...names, 'how'],
  );
  const fencings = metrics.counter('stream_fenced_total', 'Writes refused to a former owner, by whom.', [
    ...names,
    'by',
  ]);
  const skips = metrics.counter('stream_rebuild_skipped_total', 'Records a rebuild left out, by code.', [
    ...names,
    'code',
  ]);
  const unfit = metrics.counter('stream_unfit_outputs_total', 'Rows that cannot be published, by code.', [
    ...names,
    'topic',
    'code',
  ]);
  return {
    committed: (result, outputs, duration) => {
      for (const [step, records] of result.reached) stepped.inc({ ...labels, step }, records);
      for (const [key, records] of result.dropped) {
        const at = key.indexOf('/');
        dropped.inc({ ...labels, step: key.slice(0, at), reason: key.slice(at + 1) }, records);
      }
      for (const { step, code } of result.failed) deadLetters.inc({ ...labels, step, code });
      sent.inc(labels, outputs);
      seconds.observe(labels, duration);
      sizes.observe(labels, result.records);
    },
    lag: (positions) => {
      for (const { topic, partition, offset, end } of positions) {
        lag.set({ ...labels, topic, partition: String(partition) }, Math.max(0, end - offset));
      }
    },
    recovered: (cause) => recoveries.inc({ ...labels, cause }),
    restored: (how) => restores.inc({ ...labels, how }),
    fenced: (by) => fencings.inc({ ...labels, by }),
    skipped: (code, records) => skips.inc({ ...labels, code }, records),
    unfit: (topic, code) => unfit.inc({ ...labels, topic, code }),
  };
};
