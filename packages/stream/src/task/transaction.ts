import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isFailPointPlanned, reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { CommittedPosition, OutgoingRecord, Position, TransactionalProducer } from '../kafka/api.ts';
import { createOverlay } from '../state/overlay.ts';
import type { SealedChanges } from '../state/sealed-changes.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { TaskStore } from '../state/task-store.ts';
import { dueTimers, runTimers, startTimers } from './due-timers.ts';
import type { InputBuffer } from './input-buffer.ts';
import { createOutputCollector, type Refusal } from './output-collector.ts';
import { placeOf, type Stepped, stepRecords } from './step-records.ts';
import type { TaskSetup } from './task-setup.ts';
import { encodeNote } from './transaction-note.ts';
import { createTurns } from './turns.ts';
import { waitIfRefused } from './wait-if-refused.ts';

/** A transaction that is worked out and not yet begun. */
export type Draft = {
  readonly stepped: Stepped;
  readonly outgoing: readonly OutgoingRecord[];
  readonly positions: readonly CommittedPosition[];
  readonly changes: SealedChanges;
  /** The store's word when all of it is durable. */
  readonly next: StoreMeta;
};

type Attempt = {
  readonly setup: TaskSetup;
  readonly store: TaskStore;
  readonly buffer: InputBuffer;
  readonly meta: StoreMeta;
  readonly runs: readonly (readonly KafkaRecord[])[];
  /** Aborted when the task is not ours any more. */
  readonly signal: AbortSignal;
};

const LONGEST_DEAD_LETTER_KEY_BYTES = 64 * 1024;

const stopAfter = (milliseconds: number): (() => boolean) => {
  const deadline = performance.now() + milliseconds;
  return () => performance.now() > deadline;
};

/** Dead letters of one key stay in order; a key that no row can have would take the room of the value. */
const deadLetterKey = ({ key }: KafkaRecord): Buffer | null =>
  key !== null && key.length > LONGEST_DEAD_LETTER_KEY_BYTES ? null : key;

/** New positions of the partitions that were read from, those that only moved over control records included. */
const positionsOf = ({ buffer }: Attempt, stepped: Stepped): readonly Position[] => {
  const silent = buffer.silentProgress();
  const read = stepped.last.map(({ topic, partition, offset }) => ({
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
 * A timer's output that nobody can publish has no record to become a dead letter of; the process must not end over
 * it, because it would meet it again after every start.
 */
const tellUnfit = (setup: TaskSetup, topic: string, key: string, { code, message }: Refusal): void => {
  setup.logger.error({ code, topic, key }, `left out what a timer publishes: ${message}`);
  setup.metrics.unfit(topic, code);
};

/**
 * Works out a transaction from the records at hand: steps, timers, outputs, dead letters. Changes nothing.
 * Rejects with what a step throws, or with the signal's reason. A record whose outputs cannot be published is refused and all begins again.
 */
export const draftTransaction = async (
  attempt: Attempt,
  refused: ReadonlyMap<string, Refusal> = new Map(),
): Promise<Draft> => {
  const { setup, store, meta, runs } = attempt;
  const now = Date.now();
  const overlay = createOverlay(store);
  const collector = createOutputCollector();
  const turns = createTurns(attempt.signal);
  const stepped = await stepRecords(runs, {
    pipelines: setup.pipelines,
    service: setup.service,
    overlay,
    mode: 'live',
    now,
    collector,
    refused,
    turns,
    isTimeUp: stopAfter(setup.limits.milliseconds),
  });
  const streamTime = Math.max(meta.stream_time, stepped.streamTime);
  const clocks = { wallClock: now, streamTime };
  const all = setup.definition.timers ?? [];
  const started = startTimers(all, meta.timers, clocks);
  const due = dueTimers(all, started, clocks);
  const ran = runTimers(due, started, clocks, overlay.view, setup.partitions);
  for (const output of ran.outputs) collector.add(output, null);
  const { records: outgoing, refused: unfit } = await collector.collect(turns);
  const blamed = unfit.flatMap(({ cause, refusal }) =>
    cause === null ? [] : [[placeOf(cause), refusal] as const],
  );
  if (blamed.length > 0) return draftTransaction(attempt, new Map([...refused, ...blamed]));
  for (const { topic, key, refusal } of unfit) tellUnfit(setup, topic, key, refusal);
  for (const failed of stepped.failed) {
    const key = deadLetterKey(failed.record);
    outgoing.push({ topic: setup.deadLetters.topic, key, value: setup.deadLetters.encode(failed) });
  }
  const transaction = meta.transaction + 1;
  const timers = due.map(({ name }) => name);
  const refusals = (meta.refusals ?? 0) + stepped.refused.length;
  const metadata = encodeNote({
    tasks: setup.tasks,
    transaction,
    now,
    timers,
    refused: stepped.refused,
    refusals,
  });
  const moved = positionsOf(attempt, stepped);
  const offsets: Record<string, number> = { ...meta.offsets };
  for (const { topic, partition, offset } of moved) offsets[`${topic}/${partition}`] = offset;
  const positions = (moved.length > 0 ? moved : anyPosition(meta, setup)).map((p) => ({ ...p, metadata }));
  const next = { ...meta, offsets, transaction, refusals, stream_time: streamTime, timers: ran.lastRuns };
  return { stepped, outgoing, positions, changes: store.seal(overlay.changes), next };
};

/** The first failure when all have come to an end, so that nothing is under way any more. */
const allDone = async (actions: readonly Promise<void>[]): Promise<void> => {
  const results = await Promise.allSettled(actions);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};

/**
 * Sends, commits and makes durable, whether the assignment lasts or not: a later owner fences this one before it
 * reads the positions, so that it either finds all of the transaction or refuses its commit. Giving up what is done
 * would only have it done again, and on a machine too busy for heartbeats for ever. After any rejection the
 * producer is of no use and what the broker has committed is unknown.
 */
export const executeTransaction = async (
  setup: TaskSetup,
  { producer, store }: { readonly producer: TransactionalProducer; readonly store: TaskStore },
  meta: StoreMeta,
  draft: Draft,
): Promise<void> => {
  producer.begin();
  const sending =
    draft.outgoing.length > 0 ? waitIfRefused(producer.send(draft.outgoing)) : Promise.resolve();
  // Outputs and positions travel at the same time; a fault between them needs them one after the other.
  if (isFailPointPlanned('before-offsets')) await sending.then(() => reachFailPoint('before-offsets'));
  await allDone([sending, producer.sendOffsets(setup.definition.name, draft.positions)]);
  reachFailPoint('after-send');
  reachFailPoint('before-commit');
  await producer.commit();
  reachFailPoint('after-commit-before-state');
  store.writeSealed(draft.changes, draft.next, meta);
  reachFailPoint('after-state');
};
