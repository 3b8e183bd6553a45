import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { FetchedPartition, Position } from '../api.ts';
import type { Broker, Connection } from './connection.ts';
import { protocolError, toPlatformError } from './errors.ts';
import { type FetchLimits, type FetchOutcome, fetchFrom, OFFSET_OUT_OF_RANGE } from './fetch.ts';

export type FetchLoopOptions = {
  readonly connection: Connection;
  readonly limits: FetchLimits;
  /** Shortest time between the beginnings of two fetches when the first brought little. */
  readonly paceMilliseconds: number;
  readonly positions: readonly Position[];
  readonly onFetched: (partitions: readonly FetchedPartition[]) => Promise<void> | void;
  readonly signal: AbortSignal;
};

export type FetchLoop = {
  readonly seek: (positions: readonly Position[]) => void;
  /** Reads a partition no further. */
  readonly drop: (partition: TopicPartition) => void;
  /** Resolves when the signal aborts; rejects with a PlatformError or with what `onFetched` rejected with. */
  readonly done: Promise<void>;
};

/** A fetch that brought this much says that there is more: the next one follows at once. */
const LITTLE_BYTES = 256 * 1024;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** A partition being read; a seek replaces the object, so that an answer to the former position is noticed. */
type Reading = Position;

/** Reads partitions from their leaders, one request per leader at a time, until the signal aborts. */
export const startFetchLoop = (options: FetchLoopOptions): FetchLoop => {
  const { connection, limits, signal } = options;
  const readings = new Map<string, Reading>(options.positions.map((position) => [keyOf(position), position]));
  let deliveryFailed = false;

  const byLeader = async (): Promise<Map<Broker, string[]>> => {
    const leaders = new Map<Broker, string[]>();
    for (const [key, { topic, partition }] of readings) {
      const leader = await connection.leaderOf(topic, partition);
      const list = leaders.get(leader);
      if (list === undefined) leaders.set(leader, [key]);
      else list.push(key);
    }
    return leaders;
  };

  const accept = (outcome: FetchOutcome, asked: ReadonlyMap<string, Reading>): FetchedPartition | null => {
    if (outcome.kind === 'failed') {
      const { topic, partition, code } = outcome;
      if (code !== OFFSET_OUT_OF_RANGE) throw protocolError(code);
      const offset = asked.get(keyOf(outcome))?.offset;
      throw new PlatformError('NOT_FOUND', `${topic}/${partition} does not hold offset ${offset}`);
    }
    const { partition } = outcome;
    const key = keyOf(partition);
    // Sought meanwhile: this answers the former position.
    if (readings.get(key) !== asked.get(key)) return null;
    const { topic, partition: number, position } = partition;
    readings.set(key, { topic, partition: number, offset: position });
    return partition;
  };

  /** Counts seeks: readers of an earlier number come to their end. */
  let seeks = 0;

  /**
   * At a few hundred records a second every fetch would bring one record, and answering them would cost the
   * broker more than all else. A fetch that had to wait for longer than the pace is followed at once.
   */
  const keepPace = async (began: number, fetched: readonly FetchedPartition[]): Promise<void> => {
    const left = options.paceMilliseconds - (performance.now() - began);
    if (left <= 0 || fetched.reduce((sum, { bytes }) => sum + bytes, 0) >= LITTLE_BYTES) return;
    await delay(left, undefined, { signal }).catch(() => {});
  };

  const readFrom = async (
    broker: Broker,
    keys: readonly string[],
    stopped: { readonly now: boolean },
  ): Promise<void> => {
    const isOver = (): boolean => signal.aborted || stopped.now;
    while (!isOver()) {
      const asked = new Map(keys.flatMap((key) => (readings.has(key) ? [[key, readings.get(key)!]] : [])));
      if (asked.size === 0) return;
      const began = performance.now();
      const outcomes = await fetchFrom(broker, [...asked.values()], limits);
      if (isOver()) return;
      const fetched = outcomes.flatMap((outcome) => accept(outcome, asked) ?? []);
      try {
        await options.onFetched(fetched);
      } catch (error) {
        deliveryFailed = true;
        throw error;
      }
      await keepPace(began, fetched);
    }
  };

  const run = async (): Promise<void> => {
    const mine = seeks;
    const stopped = {
      failed: false,
      get now(): boolean {
        return this.failed || mine !== seeks;
      },
    };
    try {
      const leaders = await byLeader();
      await Promise.all([...leaders].map(([broker, keys]) => readFrom(broker, keys, stopped)));
    } catch (error) {
      if (signal.aborted || (stopped.now && !deliveryFailed)) return;
      stopped.failed = true;
      throw deliveryFailed ? error : toPlatformError(error, 'fetching');
    }
  };

  const hangUp = (): void => void connection.forget().catch(() => {});
  signal.addEventListener('abort', hangUp, { once: true });

  /** A seek hangs up, which ends the long wait at the broker; reading goes on from the new positions. */
  const runUntilDone = async (): Promise<void> => {
    let served: number;
    do {
      served = seeks;
      await run();
    } while (!signal.aborted && served !== seeks);
    // Nothing (left) to read: the assignment holds all the same.
    if (!signal.aborted && options.positions.length === 0) await once(signal, 'abort');
  };

  return {
    drop: (partition) => void readings.delete(keyOf(partition)),
    seek: (positions) => {
      for (const position of positions) {
        if (readings.has(keyOf(position))) readings.set(keyOf(position), { ...position });
      }
      seeks += 1;
      hangUp();
    },
    done: runUntilDone().finally(() => signal.removeEventListener('abort', hangUp)),
  };
};
