import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { RangeReader } from '../kafka/api.ts';
import { createOverlay } from '../state/overlay.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { TaskStore } from '../state/task-store.ts';
import { runTimers, startTimers } from './due-timers.ts';
import { TOO_LARGE } from './output-collector.ts';
import type { FoldRange } from './restore-plan.ts';
import { stepRecords } from './step-records.ts';
import { prepareRecords, type TaskSetup } from './task-setup.ts';
import type { TransactionNote } from './transaction-note.ts';
import { createTurns } from './turns.ts';

/** The clock of a fold whose transactions are not known one by one. */
const APPROXIMATE: Omit<TransactionNote, 'tasks' | 'transaction' | 'now'> = { timers: [], refused: [] };

const advanced = (meta: StoreMeta, runs: readonly (readonly KafkaRecord[])[]): Record<string, number> => {
  const offsets: Record<string, number> = { ...meta.offsets };
  for (const run of runs) {
    const last = run.at(-1);
    if (last !== undefined) offsets[`${last.topic}/${last.partition}`] = last.offset + 1;
  }
  return offsets;
};

/** Steps records in restore mode and writes the result; nothing is published. Gives the store's new meta, `reached` included. */
const foldBatch = async (
  setup: TaskSetup,
  store: TaskStore,
  meta: StoreMeta,
  runs: readonly (readonly KafkaRecord[])[],
  note: Pick<TransactionNote, 'now' | 'timers' | 'refused'>,
  reached: Partial<StoreMeta>,
  signal: AbortSignal,
): Promise<StoreMeta> => {
  await prepareRecords(setup.pipelines, runs);
  const overlay = createOverlay(store);
  const stepped = await stepRecords(runs, {
    pipelines: setup.pipelines,
    service: setup.service,
    overlay,
    mode: 'restore',
    now: note.now,
    collector: null,
    // Nothing is published: the reasons, whatever they were, went out with the dead letters.
    refused: new Map(note.refused.map((place) => [place, TOO_LARGE])),
    turns: createTurns(signal),
    isTimeUp: () => false,
  });
  const streamTime = Math.max(meta.stream_time, stepped.streamTime);
  const clocks = { wallClock: note.now, streamTime };
  const all = setup.definition.timers ?? [];
  const timers = all.filter(({ name }) => note.timers.includes(name));
  const lastRuns = startTimers(all, meta.timers, clocks);
  const ran = runTimers(timers, lastRuns, clocks, overlay.view, setup.partitions);
  const offsets = advanced(meta, runs);
  const next = { ...meta, offsets, stream_time: streamTime, timers: ran.lastRuns, ...reached };
  reachFailPoint('during-restore');
  store.write(overlay.changes, next, store.meta());
  reachFailPoint('during-restore');
  return next;
};

/** Puts pieces of several partitions, as fetches bring them, into one run per partition, in a given order. */
const collectRuns = (setup: TaskSetup) => {
  const order = setup.inputs.map(({ topic, partition }) => `${topic}/${partition}`);
  const runs = new Map<string, KafkaRecord[]>(order.map((key) => [key, []]));
  let count = 0;
  return {
    add: (records: readonly KafkaRecord[]): void => {
      for (const record of records) runs.get(`${record.topic}/${record.partition}`)?.push(record);
      count += records.length;
    },
    count: () => count,
    take: (): KafkaRecord[][] => {
      const taken = [...runs.values()].map((run) => run.splice(0));
      count = 0;
      return taken;
    },
  };
};

/**
 * What a store says that holds a whole transaction. Written together with its changes: who finds these without it would
 * run the transaction's timers once more.
 */
const reachedBy = (
  { transaction, refusals = 0 }: TransactionNote,
  { meta, ranges }: { readonly meta: StoreMeta; readonly ranges: readonly FoldRange[] },
): Partial<StoreMeta> => {
  const ends = ranges.map(({ topic, partition, to }) => [`${topic}/${partition}`, to] as const);
  return { offsets: { ...meta.offsets, ...Object.fromEntries(ends) }, transaction, refusals };
};

/**
 * Folds inputs again that are answered for but not part of the state, publishing nothing. One transaction
 * (`exact`) is gone through exactly as the first time: same records in the same order, same clock, same timers.
 * More of them are folded in pieces; records of different partitions may then come in another order.
 * Gives the meta with the state at the ranges' ends (unless `exact`, its `offsets` may stop short of control records
 * there).
 */
export const foldAgain = async (
  setup: TaskSetup,
  store: TaskStore,
  reader: RangeReader,
  plan: {
    readonly meta: StoreMeta;
    readonly ranges: readonly FoldRange[];
    readonly exact: boolean;
    readonly note: TransactionNote | null;
  },
  signal: AbortSignal,
): Promise<StoreMeta> => {
  const collected = collectRuns(setup);
  const now = plan.note?.now ?? Date.now();
  let meta = plan.meta;
  const ranges = plan.ranges.map(({ topic, partition, offset, to }) => ({
    topic,
    partition,
    from: offset,
    to,
  }));
  await reader.read(
    ranges,
    async (fetched) => {
      for (const { records } of fetched) collected.add(records);
      if (plan.exact || collected.count() < setup.limits.records) return;
      meta = await foldBatch(setup, store, meta, collected.take(), { now, ...APPROXIMATE }, {}, signal);
    },
    signal,
  );
  const note = plan.exact ? plan.note : null;
  if (note === null)
    return foldBatch(setup, store, meta, collected.take(), { now, ...APPROXIMATE }, {}, signal);
  return foldBatch(setup, store, meta, collected.take(), note, reachedBy(note, plan), signal);
};
