import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { isFailPointPlanned, reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { CommittedPosition, OutgoingRecord, Position, TransactionalProducer } from '../kafka/api.ts';
import { createOverlay } from '../state/overlay.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { StateChanges, TaskStore } from '../state/task-store.ts';
import { dueTimers, runTimers, startTimers } from './due-timers.ts';
import type { InputBuffer } from './input-buffer.ts';
import { inMergeOrder } from './merge-order.ts';
import { createOutputCollector, type Refusal } from './output-collector.ts';
import { placeOf, type Stepped, stepRecords } from './step-records.ts';
import type { TaskSetup } from './task-setup.ts';
import { encodeNote } from './transaction-note.ts';

/** A transaction that is worked out and not yet begun. */
export type Draft = {
  readonly stepped: Stepped;
  readonly outgoing: readonly OutgoingRecord[];
  readonly positions: readonly CommittedPosition[];
  readonly changes: StateChanges;
  /** The store's word when all of it is durable. */
  readonly next: StoreMeta;
};

type Attempt = {
  readonly setup: TaskSetup;
  readonly store: TaskStore;
  readonly buffer: InputBuffer;
  readonly meta: StoreMeta;
  readonly runs: readonly (readonly KafkaRecord[])[];
};

/** Records between two looks at the clock. */
const CLOCK_STRIDE = 64;

const LONGEST_DEAD_LETTER_KEY_BYTES = 64 * 1024;

const stopAfter = (milliseconds: number): (() => boolean) => {
  const deadline = performance.now() + milliseconds;
  let records = 0;
  return () => ++records % CLOCK_STRIDE === 0 && performance.now() > deadline;
};

/** Dead letters of one key stay in order; a key that no row can have would take the room of the value. */
const deadLetterKey = ({ key }: KafkaRecord): Buffer | null =>
  key !== null && key.length > LONGEST_DEAD_LETTER_KEY_BYTES ? null : key;

/** New positions of the partitions that were read from, those that only moved over control records included. */
const positionsOf = ({ buffer }: Attempt, stepped: Stepped): readonly Position[] => {
  const silent = buffer.silentProgress();
  const read = [...stepped.last.values()].map(({ topic, partition, offset }) => ({
    topic,
    partition,
    offset: buffer.positionAfter({ topic, partition }, offset),
  }));
  return [...read, ...silent];
};

/** A transaction without new positions (timers alone) says one of the old ones again, to carry its note. */
const anyPosition = (meta: StoreMeta, setup: TaskSetup): Position[] => {
  const [first] = setup.inputs;
  if (first === undefined) return [];
  return [{ ...first, offset: meta.offsets[`${first.topic}/${first.partition}`] ?? 0 }];
};

/**
 * Works out a transaction from the records at hand: steps, timers, outputs, dead letters. Changes nothing.
 * Throws what a step throws. A record whose outputs cannot be published is refused and all begins again.
 */
export const draftTransaction = (
  attempt: Attempt,
  refused: ReadonlyMap<string, Refusal> = new Map(),
): Draft => {
  const { setup, store, meta, runs } = attempt;
  const now = Date.now();
  const overlay = createOverlay(store);
  const collector = createOutputCollector();
  const stepped = stepRecords(inMergeOrder(runs), {
    pipelines: setup.pipelines,
    service: setup.service,
    overlay,
    mode: 'live',
    now,
    collector,
    refused,
    isTimeUp: stopAfter(setup.limits.milliseconds),
  });
  const streamTime = Math.max(meta.stream_time, stepped.streamTime);
  const clocks = { wallClock: now, streamTime };
  const all = setup.definition.timers ?? [];
  const started = startTimers(all, meta.timers, clocks);
  const due = dueTimers(all, started, clocks);
  const ran = runTimers(due, started, clocks, overlay.view, setup.partitions);
  for (const output of ran.outputs) collector.add(output, null);
  const collected = collector.collect();
  if (collected.kind === 'refused') {
    const { cause, refusal } = collected;
    if (cause !== null) return draftTransaction(attempt, new Map([...refused, [placeOf(cause), refusal]]));
    throw new PlatformError(refusal.code, `a timer of ${setup.definition.name}: ${refusal.message}`);
  }
  const outgoing = collected.records;
  for (const failed of stepped.failed) {
    const key = deadLetterKey(failed.record);
    outgoing.push({ topic: setup.deadLetters.topic, key, value: setup.deadLetters.encode(failed) });
  }
  const transaction = meta.transaction + 1;
  const timers = due.map(({ name }) => name);
  const metadata = encodeNote({ tasks: setup.tasks, transaction, now, timers, refused: [...refused.keys()] });
  const moved = positionsOf(attempt, stepped);
  const offsets: Record<string, number> = { ...meta.offsets };
  for (const { topic, partition, offset } of moved) offsets[`${topic}/${partition}`] = offset;
  const positions = (moved.length > 0 ? moved : anyPosition(meta, setup)).map((p) => ({ ...p, metadata }));
  const next = { ...meta, offsets, transaction, stream_time: streamTime, timers: ran.lastRuns };
  return { stepped, outgoing, positions, changes: overlay.changes, next };
};

/** The first failure when all have come to an end, so that nothing is under way any more. */
const allDone = async (actions: readonly Promise<void>[]): Promise<void> => {
  const results = await Promise.allSettled(actions);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/**
 * Sends, commits and makes durable. `isStillOwner` is asked at the last moment before the commit. After any
 * rejection the producer is of no use and what the broker has committed is unknown.
 */
export const executeTransaction = async (
  setup: TaskSetup,
  { producer, store }: { readonly producer: TransactionalProducer; readonly store: TaskStore },
  meta: StoreMeta,
  draft: Draft,
  isStillOwner: () => boolean,
): Promise<'committed' | 'given-up'> => {
  producer.begin();
  const sending = draft.outgoing.length > 0 ? producer.send(draft.outgoing) : Promise.resolve();
  // Outputs and positions travel at the same time; a fault between them needs them one after the other.
  if (isFailPointPlanned('before-offsets')) await sending.then(() => reachFailPoint('before-offsets'));
  await allDone([sending, producer.sendOffsets(setup.definition.name, draft.positions)]);
  reachFailPoint('after-send');
  if (!isStillOwner()) {
    await producer.abort();
    return 'given-up';
  }
  reachFailPoint('before-commit');
  await producer.commit();
  reachFailPoint('after-commit-before-state');
  store.write(draft.changes, draft.next, meta);
  reachFailPoint('after-state');
  return 'committed';
};
