import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { column } from './schema/table-schema.ts';
import { createTableSink } from './sink.ts';
import type { SinkCommit, SinkLimits, SinkRoute, TableSink } from './sink-types.ts';
import { openTable } from './table.ts';
import type { DeltaTable } from './table-types.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sink-'));
});

afterEach(() => rm(folder, { recursive: true }));

const openAppend = (): Promise<DeltaTable> =>
  openTable({
    path: join(folder, 'events'),
    name: 'bronze.events',
    schema: [column.string('key'), column.long('offset', { nullable: false })],
    kind: 'append',
  });

const openUpsert = (): Promise<DeltaTable> =>
  openTable({
    path: join(folder, 'customers'),
    name: 'silver.customers',
    schema: [column.string('key', { nullable: false }), column.long('offset', { nullable: false })],
    kind: { upsert: ['key'] },
    indexDir: join(folder, 'index'),
  });

const record = (
  topic: string,
  partition: number,
  offset: number,
  key: string,
  tombstone = false,
): KafkaRecord => ({
  topic,
  partition,
  offset,
  timestamp: 1000 + offset,
  key: Buffer.from(key),
  value: tombstone ? null : Buffer.from('value'),
  headers: {},
});

const route = (table: DeltaTable, topic: string): SinkRoute => ({
  topics: [topic],
  table,
  toChange: ({ key, value, offset }) =>
    value === null
      ? { kind: 'delete', key: { key: String(key) } }
      : { kind: 'row', row: { key: String(key), offset } },
});

const start = (routes: readonly SinkRoute[], limits: Partial<SinkLimits> = {}) => {
  const commits: SinkCommit[] = [];
  const errors: PlatformError[] = [];
  const sink: TableSink = createTableSink({
    routes,
    clusterId: 'cluster',
    limits: { milliseconds: 60_000, ...limits },
    onCommit: (commit) => void commits.push(commit),
    onError: (error) => void errors.push(error),
  });
  return { sink, commits, errors };
};

const rowsOf = async (table: DeltaTable): Promise<unknown[]> => {
  const rows: unknown[] = [];
  for await (const row of table.scanRows()) rows.push(row);
  return rows;
};

const partition = (topic: string, number: number) => ({ topic, partition: number });

describe('createTableSink', { timeout: 30_000 }, () => {
  it('writes rows and positions in one commit, and a new sink goes on from there', async () => {
    const table = await openAppend();
    const { sink, commits } = start([route(table, 'events')]);
    expect(await sink.positions([partition('events', 0), partition('events', 1)])).toEqual(new Map());
    await sink.write([record('events', 0, 5, 'a'), record('events', 1, 0, 'b'), record('events', 0, 7, 'c')]);
    expect(commits).toEqual([]);
    await sink.close();

    expect(commits).toMatchObject([{ table: 'bronze.events', version: 1, rows: 3, deletes: 0 }]);
    expect(commits[0]?.positions).toEqual([
      { topic: 'events', partition: 0, offset: 8 },
      { topic: 'events', partition: 1, offset: 1 },
    ]);
    const reopened = await openAppend();
    const again = start([route(reopened, 'events')]);
    const positions = await again.sink.positions([partition('events', 0), partition('events', 1)]);
    expect(positions).toEqual(
      new Map([
        ['events/0', 8],
        ['events/1', 1],
      ]),
    );
    await again.sink.write([record('events', 0, 7, 'c'), record('events', 0, 8, 'd')]);
    await again.sink.flush();
    expect(await rowsOf(reopened)).toEqual([
      { key: 'a', offset: 5 },
      { key: 'b', offset: 0 },
      { key: 'c', offset: 7 },
      { key: 'd', offset: 8 },
    ]);
  });

  it('keeps the last change of a key, a tombstone deletes', async () => {
    const table = await openUpsert();
    const { sink } = start([route(table, 'customers')]);
    await sink.positions([partition('customers', 0)]);
    await sink.write([record('customers', 0, 0, 'ada'), record('customers', 0, 1, 'bob')]);
    await sink.flush();
    await sink.write([
      record('customers', 0, 2, 'ada', true),
      record('customers', 0, 3, 'bob', true),
      record('customers', 0, 4, 'bob'),
      record('customers', 0, 5, 'eve', true),
    ]);
    await sink.close();
    expect(await rowsOf(table)).toEqual([{ key: 'bob', offset: 4 }]);
    expect(table.position('cluster/customers/0')).toBe(6);
    await table.close();
  });

  it('commits in the background when a batch is full or old enough', async () => {
    const table = await openAppend();
    const { sink, commits } = start([route(table, 'events')], { rows: 10, milliseconds: 30 });
    await sink.positions([partition('events', 0)]);
    await sink.write(Array.from({ length: 35 }, (_, offset) => record('events', 0, offset, 'k')));
    await vi.waitFor(() => expect(commits).toHaveLength(4), { timeout: 20_000 });
    expect(commits.map((commit) => commit.rows)).toEqual([10, 10, 10, 5]);
    expect(await rowsOf(table)).toHaveLength(35);
    await sink.close();
  });

  it('stops on a moved position, drops what waits, and goes on after positions', async () => {
    const table = await openAppend();
    const { sink, errors } = start([route(table, 'events')]);
    await sink.positions([partition('events', 0)]);
    await sink.write([record('events', 0, 0, 'late')]);

    const other = await openAppend();
    await other.append([{ key: 'first', offset: 0 }], {
      txns: [{ appId: 'cluster/events/0', expected: null, version: 1 }],
    });

    await expect(sink.flush()).rejects.toMatchObject({ code: 'DELTA_OFFSET_MISMATCH' });
    expect(errors.map((error) => error.code)).toEqual(['DELTA_OFFSET_MISMATCH']);
    await expect(sink.write([record('events', 0, 1, 'x')])).rejects.toMatchObject({
      code: 'DELTA_OFFSET_MISMATCH',
    });

    expect(await sink.positions([partition('events', 0)])).toEqual(new Map([['events/0', 1]]));
    await sink.write([record('events', 0, 1, 'second')]);
    await sink.close();
    expect(await rowsOf(table)).toEqual([
      { key: 'first', offset: 0 },
      { key: 'second', offset: 1 },
    ]);
  });

  it('ignores partitions that are not assigned any more', async () => {
    const table = await openAppend();
    const { sink } = start([route(table, 'events')]);
    await sink.positions([partition('events', 0), partition('events', 1)]);
    await sink.write([record('events', 1, 0, 'kept')]);
    await sink.positions([partition('events', 0)]);
    await sink.write([record('events', 1, 1, 'somebody else has it')]);
    await sink.close();
    expect(await rowsOf(table)).toEqual([{ key: 'kept', offset: 0 }]);
    expect(table.position('cluster/events/1')).toBe(1);
  });

  it('stops with the error a conversion throws', async () => {
    const table = await openAppend();
    const { sink, errors } = start([
      {
        ...route(table, 'events'),
        toChange: () => {
          throw new PlatformError('VALUE_UNDECODABLE', 'not a record');
        },
      },
    ]);
    await sink.positions([partition('events', 0)]);
    await sink.write([record('events', 0, 0, 'x')]);
    await expect(sink.flush()).rejects.toMatchObject({ code: 'VALUE_UNDECODABLE' });
    await expect(sink.write([record('events', 0, 1, 'x')])).rejects.toMatchObject({
      code: 'VALUE_UNDECODABLE',
    });
    expect(errors).toHaveLength(1);
    expect(table.version()).toBe(0);
  });
});
