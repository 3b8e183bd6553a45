import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { createLogger } from '@marketing-streams/platform/logging';
import { describe, expect, it } from 'vitest';
import type { FetchedPartition } from '../kafka/api.ts';
import type { Rebuild, RebuildComparison } from '../processor.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { StateChanges } from '../state/task-store.ts';
import { loadSources, positionsAfterRebuild, saysTheSame, upToPositions } from './rebuild.ts';

const logger = createLogger('rebuild-test');
logger.level = 'silent';

const meta: StoreMeta = {
  cluster_id: 'cluster',
  tasks: 1,
  partitions: 1,
  rule_version: '1',
  owner: { producer_id: '1', epoch: 1 },
  offsets: {},
  transaction: 1,
  stream_time: 0,
  timers: {},
  complete: false,
};

const record = (offset: number, key: string | null, value: string): KafkaRecord => ({
  topic: 'rows',
  partition: 0,
  offset,
  timestamp: 1_000 + offset,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  headers: {},
});

const readingOnce = (records: readonly KafkaRecord[]) => ({
  read: async (_: unknown, onFetched: (fetched: readonly FetchedPartition[]) => Promise<void> | void) => {
    await onFetched([
      { topic: 'rows', partition: 0, records, position: records.length, end: records.length, bytes: 0 },
    ]);
  },
});

/** Loads the records of one topic with `load`; gives the state they make. */
const loaded = async (
  load: Rebuild['sources'][number]['load'],
  records: readonly KafkaRecord[],
  source: Partial<Rebuild['sources'][number]> = {},
) => {
  const state = new Map<string, unknown>();
  const store = {
    get: (key: string): unknown => state.get(key),
    range: (): Iterable<readonly [string, unknown]> => state.entries(),
    meta: () => meta,
    write: (changes: StateChanges): void => {
      for (const [key, value] of changes) state.set(key, value);
    },
  };
  const rebuild: Rebuild = { sources: [{ topic: 'rows', load, ...source }], comparisons: [] };
  const { signal } = new AbortController();
  const result = await loadSources(
    { rebuild, logger },
    new Map(),
    { store, meta },
    readingOnce(records),
    signal,
  );
  return { state: Object.fromEntries(state), ...result };
};

const throwing = (error: Error) => (): never => {
  throw error;
};

describe('filling a store from compacted topics', () => {
  it('leaves out a record that cannot be read, with all that it changed, and goes on', async () => {
    const { state, skipped, streamTime } = await loaded(
      ({ key, value }, view) => {
        view.put(String(key), String(value));
        if (String(value) === 'garbage') throw new PlatformError('VALUE_UNDECODABLE', 'not framed');
      },
      [record(0, 'a', '1'), record(1, 'a', 'garbage'), record(2, 'b', '2')],
    );
    expect(state).toEqual({ a: '1', b: '2' });
    expect(skipped).toEqual(new Map([['VALUE_UNDECODABLE', 1]]));
    expect(streamTime).toBe(1_002);
  });

  it('leaves out records without a key, which the live path refuses', async () => {
    const { state, skipped } = await loaded(
      ({ key, value }, view) => view.put(String(key), String(value)),
      [record(0, null, '1'), record(1, '', '2'), record(2, 'b', '3')],
    );
    expect(state).toEqual({ b: '3' });
    expect(skipped).toEqual(new Map([['KEY_MISSING', 2]]));
  });

  it('takes records without a key of an input that is folded up to the position', async () => {
    const { state, skipped } = await loaded(
      ({ key, value }, view) => view.put(String(key), String(value)),
      [record(0, null, '1')],
      { until: 'position' },
    );
    expect(state).toEqual({ null: '1' });
    expect(skipped.size).toBe(0);
  });

  it.each([new TypeError('a bug'), new PlatformError('STATE_CONFLICT', 'not the record')])(
    'ends with an error that does not blame the record: %s',
    async (error) => {
      await expect(loaded(throwing(error), [record(0, 'a', '1')])).rejects.toBe(error);
    },
  );
});

describe('an input that is read up to the position', () => {
  const load = (): void => {};
  const rebuild: Rebuild = {
    sources: [
      { topic: 'rows', load },
      { topic: 'events', until: 'position', load },
    ],
    comparisons: [],
  };
  const snapshot = new Map([
    ['rows', [{ topic: 'rows', partition: 0, from: 2, to: 9 }]],
    [
      'events',
      [
        { topic: 'events', partition: 0, from: 2, to: 9 },
        { topic: 'events', partition: 1, from: 8, to: 9 },
      ],
    ],
  ]);
  const positions = [
    { topic: 'rows', partition: 0, offset: 4 },
    { topic: 'events', partition: 0, offset: 5 },
    { topic: 'events', partition: 1, offset: 3 },
  ];

  it('ends there, and the task goes on from there', () => {
    const clipped = upToPositions(snapshot, rebuild, positions);
    expect(clipped.get('rows')).toEqual(snapshot.get('rows'));
    expect(clipped.get('events')).toEqual([
      { topic: 'events', partition: 0, from: 2, to: 5 },
      { topic: 'events', partition: 1, from: 8, to: 8 },
    ]);
    expect(positionsAfterRebuild(positions.slice(0, 2), rebuild, clipped)).toEqual([
      { topic: 'rows', partition: 0, offset: 9 },
      { topic: 'events', partition: 0, offset: 5 },
    ]);
  });
});

describe('comparing with a published row', () => {
  const comparison = (same: RebuildComparison['same']): RebuildComparison => ({
    topic: 'rows',
    rows: () => [],
    same,
  });
  const bytes = Buffer.from('1');

  it('takes one that cannot be read as different', () => {
    const error = new PlatformError('SCHEMA_UNKNOWN', 'no such schema');
    expect(saysTheSame(comparison(throwing(error)), bytes, bytes)).toBe(false);
  });

  it('ends with any other error', () => {
    const error = new TypeError('a bug');
    expect(() => saysTheSame(comparison(throwing(error)), bytes, bytes)).toThrow(error);
  });
});
