import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError, messageOf, type PlatformError } from '@marketing-streams/platform/errors';
import { reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { FetchedPartition, Position } from '../kafka/api.ts';
import type { TaskStore } from '../state/task-store.ts';
import { untilNextTimer } from './due-timers.ts';
import { gatherFor } from './gather.ts';
import { createInputBuffer, type InputBuffer } from './input-buffer.ts';
import { takeOwnership } from './take-ownership.ts';
import { prepareRecords, type TaskSetup } from './task-setup.ts';
import { type Draft, draftTransaction, executeTransaction } from './transaction.ts';

/** One task while it is assigned to this process. */
export type Task = {
  /** Where its partitions are to be read from. */
  readonly positions: readonly Position[];
  /** Takes what was fetched of its partitions. */
  readonly push: (fetched: FetchedPartition) => void;
  /** Resolves when the task has room for more. */
  readonly room: () => Promise<void>;
  /** Null while it is processing, else why not. */
  readonly problem: () => string | null;
  /** Resolves when the task has come to its end, after the signal was aborted or by itself. */
  readonly ended: Promise<void>;
};

/** How a task tells what it cannot settle alone. */
export type TaskEvents = {
  /** Somebody else owns the task: the group has to decide again. */
  readonly onFenced: (error: PlatformError) => void;
  /** The process cannot go on. */
  readonly onFatal: (error: unknown) => void;
};

const FIRST_BACKOFF_MILLISECONDS = 50;
const LONGEST_BACKOFF_MILLISECONDS = 2_000;
/** A position that moved over control records only is committed when nothing else came along for this long. */
const SILENT_PROGRESS_MILLISECONDS = 500;
const LONGEST_SLEEP_MILLISECONDS = 60_000;
const LAG_EVERY_MILLISECONDS = 1_000;

const nextBackoff = (milliseconds: number): number =>
  Math.min(milliseconds * 2, LONGEST_BACKOFF_MILLISECONDS);

/** Causes after which the task goes through the recovery path; anything else ends it. */
const isRecoverable = (error: unknown): error is PlatformError => isPlatformError(error) && error.retriable;

/**
 * Takes a task over and runs it until the signal is aborted. Resolves when it is ready to be fed; rejects with
 * what `takeOwnership` rejects with.
 */
export const startTask = async (setup: TaskSetup, signal: AbortSignal, events: TaskEvents): Promise<Task> => {
  const { logger, limits, metrics, definition } = setup;
  let owned = await takeOwnership(setup, null, signal);
  let { meta } = owned;
  const ownedSince = Date.now();
  /** The store while it is open: a failed take-over closes it. */
  let store: TaskStore | null = owned.store;
  let problem: string | null = null;
  let lagTold = 0;
  /** Ways through the recovery path since a transaction was committed. */
  let failures = 0;
  const done = { transactions: 0, records: 0 };
  const buffer: InputBuffer = createInputBuffer(owned.positions);
  let arrival = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();

  const wake = (): void => arrival.resolve();
  signal.addEventListener('abort', wake, { once: true });

  /** While a transaction is under way the next one may be fetched, and no more than that. */
  const isFull = (): boolean => buffer.bytes() > limits.bytes || buffer.size() > 2 * limits.records;

  const tellRoom = (): void => {
    if (isFull() && !signal.aborted) return;
    room.resolve();
    room = Promise.withResolvers();
  };

  const pause = (milliseconds: number): Promise<void> =>
    delay(milliseconds, undefined, { signal }).catch(() => {});

  /** Waits until there is something to do: records, a due timer, or positions that moved silently. */
  const waitForWork = async (): Promise<void> => {
    for (;;) {
      if (signal.aborted || buffer.size() > 0) return;
      const isSilent = buffer.silentProgress().length > 0;
      const untilTimer = untilNextTimer(definition.timers ?? [], meta.timers, Date.now(), ownedSince);
      if (untilTimer <= 0) return;
      const longest = isSilent ? SILENT_PROGRESS_MILLISECONDS : LONGEST_SLEEP_MILLISECONDS;
      const timeout = setTimeout(wake, Math.min(longest, untilTimer));
      await arrival.promise;
      clearTimeout(timeout);
      arrival = Promise.withResolvers();
      if (isSilent && buffer.size() === 0) return;
    }
  };

  /** Lets a backlog grow into a large transaction, see `gatherFor`. */
  const gather = async (): Promise<void> => {
    const began = performance.now();
    for (;;) {
      const wait = gatherFor({
        waiting: buffer.size(),
        bytes: buffer.bytes(),
        unfetched: buffer.unfetched(),
        limits,
        gatherMilliseconds: definition.backlog?.gatherMilliseconds ?? 0,
        sinceBegan: performance.now() - began,
      });
      if (wait <= 0 || signal.aborted) return;
      const timeout = setTimeout(wake, wait);
      await arrival.promise;
      clearTimeout(timeout);
      arrival = Promise.withResolvers();
    }
  };

  /** Works out the next transaction; an outage that a step or its preparation meets is waited out. */
  const draft = async (): Promise<Draft | null> => {
    for (let wait = FIRST_BACKOFF_MILLISECONDS; !signal.aborted; wait = nextBackoff(wait)) {
      const runs = buffer.peek(limits);
      reachFailPoint('after-poll');
      try {
        await prepareRecords(setup.pipelines, runs);
        const drafted = await draftTransaction({ setup, store: owned.store, buffer, meta, runs, signal });
        if (failures === 0) problem = null;
        return drafted;
      } catch (error) {
        if (!isPlatformError(error) || !error.retriable) throw error;
        problem = error.message;
        logger.warn({ code: error.code, wait }, `waiting for ${error.message}`);
        await pause(wait);
      }
    }
    return null;
  };

  /** Told even when the assignment has ended meanwhile: it shows that the late write of a zombie came to nothing. */
  const tellFenced = (error: unknown): void => {
    if (!isPlatformError(error, 'FENCED')) return;
    const by = error.details['by'] === 'state' ? 'state' : 'kafka';
    metrics.fenced(by);
    logger.warn({ code: error.code, by }, `refused as a former owner: ${error.message}`);
  };

  /** The recovery path, until it succeeds or the task is not ours any more. */
  const recover = async (cause: PlatformError): Promise<void> => {
    metrics.recovered(cause.code);
    logger.warn({ code: cause.code }, `recovering: ${cause.message}`);
    problem = `recovering: ${cause.message}`;
    await owned.producer.close();
    // What comes back to the same error is waited out, and told until a transaction goes through.
    if (failures > 0)
      await pause(Math.min(FIRST_BACKOFF_MILLISECONDS * 2 ** failures, LONGEST_BACKOFF_MILLISECONDS));
    failures += 1;
    for (let wait = FIRST_BACKOFF_MILLISECONDS; !signal.aborted; wait = nextBackoff(wait)) {
      try {
        const opened = store;
        store = null;
        owned = await takeOwnership(setup, opened, signal);
        store = owned.store;
        meta = owned.meta;
        buffer.advance(owned.positions);
        if (failures === 1) problem = null;
        return;
      } catch (error) {
        tellFenced(error);
        if (signal.aborted) return;
        if (!isRecoverable(error)) throw error;
        problem = `recovering: ${error.message}`;
        logger.warn({ code: error.code, wait }, problem);
        await pause(wait);
      }
    }
  };

  const processOnce = async (): Promise<void> => {
    await waitForWork();
    await gather();
    const started = performance.now();
    const drafted = signal.aborted ? null : await draft();
    if (drafted === null) return;
    await executeTransaction(setup, owned, meta, drafted);
    meta = drafted.next;
    failures = 0;
    problem = null;
    done.transactions += 1;
    done.records += drafted.stepped.records;
    buffer.advance(drafted.positions);
    metrics.committed(drafted.stepped, drafted.outgoing.length, (performance.now() - started) / 1000);
    if (started - lagTold > LAG_EVERY_MILLISECONDS) {
      lagTold = started;
      metrics.lag(buffer.positions());
    }
    tellRoom();
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await processOnce();
      } catch (error) {
        tellFenced(error);
        if (signal.aborted) return;
        if (!isRecoverable(error)) throw error;
        await recover(error);
        tellRoom();
      }
    }
  };

  const finish = async (): Promise<void> => {
    signal.removeEventListener('abort', wake);
    await owned.producer.close();
    await store?.close();
    logger.info(done, 'the task has ended here');
    room.resolve();
  };

  const ended = run()
    .catch((error: unknown) => {
      problem = messageOf(error);
      if (isPlatformError(error, 'FENCED')) events.onFenced(error);
      else events.onFatal(error);
    })
    .finally(finish);

  return {
    positions: owned.positions,
    push: (fetched) => {
      buffer.push(fetched);
      wake();
    },
    room: async () => {
      while (isFull() && !signal.aborted) await Promise.race([room.promise, ended]);
    },
    problem: () => problem,
    ended,
  };
};
