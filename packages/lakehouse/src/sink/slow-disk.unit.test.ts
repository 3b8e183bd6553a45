import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { PlatformError } from '@marketing-streams/platform/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { createTableSink } from '../sink.ts';
import type { SinkCommit, SinkLimits } from '../sink-types.ts';
import { createGate, type Gate } from '../testing/gated-storage.ts';
import { rowsById, type TemporaryTables, temporaryTables } from '../testing/temporary-tables.ts';

const ASSIGNED = [{ topic: 'events', partition: 0 }];

let tables: TemporaryTables;
let gate: Gate;

beforeEach(async () => {
  tables = await temporaryTables();
  gate = createGate();
});

afterEach(() => tables.remove());

const records = (from: number, to: number): KafkaRecord[] =>
  Array.from({ length: to - from }, (_, index) => ({
    topic: 'events',
    partition: 0,
    offset: from + index,
    timestamp: 1000 + from + index,
    key: Buffer.from(String(from + index).padStart(6, '0')),
    value: Buffer.alloc(100),
    headers: {},
  }));

/** A list that calls back with every record that is taken out of it. */
const countedRecords = (list: readonly KafkaRecord[], onTaken: () => void): readonly KafkaRecord[] => {
  const counted = [...list];
  counted[Symbol.iterator] = function* () {
    for (const one of list) {
      onTaken();
      yield one;
    }
  } as (typeof counted)[typeof Symbol.iterator];
  return counted;
};

const start = async (limits: Partial<SinkLimits>) => {
  const table = await tables.openAppend({ path: gate.behind(localStorage(join(tables.folder, 'table'))) });
  const commits: SinkCommit[] = [];
  const errors: (readonly [PlatformError['code'], string | null])[] = [];
  const sink = createTableSink({
    clusterId: 'cluster',
    routes: [
      {
        topics: ['events'],
        table,
        toChange: ({ key, offset }) => ({ kind: 'row', row: { id: String(key), value: offset } }),
      },
    ],
    limits: { milliseconds: 60_000, ...limits },
    onCommit: (commit) => void commits.push(commit),
    onError: ({ code }, name) => void errors.push([code, name]),
  });
  await sink.positions(ASSIGNED);
  return { table, sink, commits, errors };
};

describe('a sink before a disk that does not keep up', { timeout: 30_000 }, () => {
  it.each([
    ['rows', { rows: 50 }, 50],
    ['bytes', { bytes: 106 * 40 }, 40],
  ])('takes no more than two batches, cut by %s, and goes on with the disk', async (_what, limits, batch) => {
    const { table, sink, commits } = await start(limits);
    gate.shut();
    let taken = 0;
    let isTaken = false;
    const counted = countedRecords(records(0, 1000), () => {
      taken++;
    });
    const written = sink.write(counted).then(() => {
      isTaken = true;
    });
    await vi.waitFor(() => expect([gate.held(), taken]).toEqual([1, 2 * batch]));
    expect(isTaken).toBe(false);
    expect(sink.progress()).toEqual([
      {
        table: 'bronze.events',
        topic: 'events',
        partition: 0,
        committed: null,
        waiting: { offset: 0, timestamp: 1000 },
      },
    ]);
    gate.open();
    await written;
    await sink.close();
    expect(commits.map(({ rows }) => rows)).toEqual(Array.from({ length: 1000 / batch }, () => batch));
    expect((await rowsById(table)).map(({ value }) => value)).toEqual(
      Array.from({ length: 1000 }, (_, offset) => offset),
    );
    expect(sink.progress()).toMatchObject([{ committed: 1000, waiting: null }]);
  });
});

describe('a sink before a disk that takes nothing', { timeout: 30_000 }, () => {
  it.each(['DISK_FULL', 'STORAGE_UNAVAILABLE'] as const)(
    'says %s and loses and repeats nothing when there is room again',
    async (code) => {
      const { table, sink, errors } = await start({ rows: 50 });
      await sink.write(records(0, 20));
      await sink.flush();
      gate.fail(code);
      await sink.write(records(20, 70));
      await vi.waitFor(() => expect(errors).toEqual([[code, 'bronze.events']]));
      await expect(sink.write(records(70, 80))).rejects.toMatchObject({ code });
      for (let attempt = 0; attempt < 3; attempt++) {
        expect(await sink.positions(ASSIGNED)).toEqual(new Map([['events/0', 20]]));
        await sink.write(records(20, 60));
        await expect(sink.flush()).rejects.toMatchObject({ code });
        expect(sink.progress()).toMatchObject([{ committed: 20, waiting: { offset: 20, timestamp: 1020 } }]);
      }
      expect(errors).toHaveLength(4);
      gate.fail(null);
      await sink.positions(ASSIGNED);
      await sink.write(records(20, 90));
      await sink.close();
      expect((await rowsById(table)).map(({ value }) => value)).toEqual(
        Array.from({ length: 90 }, (_, offset) => offset),
      );
      const parquet = (await tables.filesIn('table')).filter((name) => name.endsWith('.parquet'));
      expect(parquet).toHaveLength(table.files().length);
    },
  );

  it('forgets what waits of a partition that others have now', async () => {
    const { sink } = await start({});
    gate.fail('DISK_FULL');
    await sink.write(records(0, 20));
    await expect(sink.flush()).rejects.toMatchObject({ code: 'DISK_FULL' });
    await sink.positions([]);
    expect(sink.progress()).toEqual([]);
    await sink.positions(ASSIGNED);
    expect(sink.progress()).toMatchObject([{ committed: null, waiting: null }]);
  });

  it('does not commit what came after a batch that is lost', async () => {
    const { table, sink } = await start({ rows: 10 });
    gate.shut();
    await sink.write(records(0, 5));
    const flushed = sink.flush();
    const pushed = sink.write(records(5, 15));
    await vi.waitFor(() => expect(gate.held()).toBe(1));
    gate.fail('DISK_FULL', 1);
    gate.open();
    await expect(flushed).rejects.toMatchObject({ code: 'DISK_FULL' });
    await pushed.catch(() => {});
    expect(await sink.positions(ASSIGNED)).toEqual(new Map());
    expect(table.files()).toEqual([]);
  });
});
