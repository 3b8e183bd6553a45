import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { FetchedPartition, Position, RangeReader } from '../api.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { startFetchLoop } from './fetch-loop.ts';

const LIMITS = {
  maxWaitMilliseconds: 500,
  maxBytes: 16 * 1024 * 1024,
  maxBytesPerPartition: 4 * 1024 * 1024,
};
const RETRY_MILLISECONDS = 200;

/** Cuts off what lies beyond the range's end. */
const withinRange = (fetched: FetchedPartition, to: number): FetchedPartition =>
  fetched.position <= to
    ? fetched
    : { ...fetched, records: fetched.records.filter(({ offset }) => offset < to), position: to };

/** Reads ranges on its own connection, see `RangeReader`. An outage is waited out. */
export const createRangeReader = (connectionOptions: ConnectionOptions): RangeReader => {
  const connection = createConnection(connectionOptions);
  const keyOf = (place: { readonly topic: string; readonly partition: number }): string =>
    `${place.topic}/${place.partition}`;

  return {
    read: async (ranges, onFetched, signal) => {
      const ends = new Map(ranges.map((range) => [keyOf(range), range.to]));
      const left = new Map<string, Position>();
      for (const { topic, partition, from, to } of ranges) {
        if (from < to) left.set(`${topic}/${partition}`, { topic, partition, offset: from });
      }

      /** Reads until all are through or something fails. */
      const readSome = async (): Promise<void> => {
        const stop = new AbortController();
        const stopAll = (): void => stop.abort();
        signal?.addEventListener('abort', stopAll, { once: true });
        const loop = startFetchLoop({
          connection,
          limits: LIMITS,
          paceMilliseconds: 0,
          positions: [...left.values()],
          signal: stop.signal,
          onFetched: async (fetched) => {
            const pieces = fetched.flatMap((piece) => {
              const key = keyOf(piece);
              return left.has(key) ? withinRange(piece, ends.get(key)!) : [];
            });
            await onFetched(pieces);
            for (const { topic, partition, position } of pieces) {
              const key = `${topic}/${partition}`;
              if (position >= ends.get(key)!) {
                left.delete(key);
                loop.drop({ topic, partition });
              } else left.set(key, { topic, partition, offset: position });
            }
            if (left.size === 0) stop.abort();
          },
        });
        await loop.done.finally(() => signal?.removeEventListener('abort', stopAll));
      };

      while (left.size > 0) {
        signal?.throwIfAborted();
        try {
          await readSome();
        } catch (error) {
          if (!isPlatformError(error, 'KAFKA_UNAVAILABLE')) throw error;
          await connection.forget().catch(() => {});
          await delay(RETRY_MILLISECONDS);
        }
      }
      signal?.throwIfAborted();
    },
    close: () => connection.close(),
  };
};
