import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTable } from '../read-table.ts';
import { column } from '../schema/table-schema.ts';
import type { RowChange } from '../sink-types.ts';
import { type SinkWorker, startSinkWorker } from '../testing/sink-workers.ts';

const PARTITIONS = [0, 1, 2];
const WORKERS = [0, 1] as const;

type Fact = { readonly partition: number; readonly key: number; readonly isDelete: boolean };

const worker = fc.constantFrom(...WORKERS);
const owners = fc.array(worker, { minLength: PARTITIONS.length, maxLength: PARTITIONS.length });

/** What can happen to two processes that write one table. */
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('produce' as const),
      facts: fc.array(
        fc.record({ partition: fc.constantFrom(...PARTITIONS), key: fc.nat(4), isDelete: fc.boolean() }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), worker, count: fc.nat(6) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('race' as const), count: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const), worker }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('rebalance' as const),
      owners,
      // A member that the group took for dead goes on with what it had.
      told: fc.constantFrom<readonly number[]>([0, 1], [0, 1], [0], [1]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('optimize' as const), worker }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      worker,
      loseIndex: fc.boolean(),
      crash: fc.option(
        fc.record({ afterChanges: fc.integer({ min: 1, max: 8 }), lastChangeHappens: fc.boolean() }),
      ),
    }),
  },
);

const recordOf = ({ partition, key, isDelete }: Fact, offset: number): KafkaRecord => ({
  topic: 'events',
  partition,
  offset,
  timestamp: offset,
  // A key has one partition, as it has in a topic.
  key: Buffer.from(`${partition}-${key}`),
  value: isDelete ? null : Buffer.from('value'),
  headers: {},
});

const rowOf = ({ key, partition, offset }: KafkaRecord) => ({ key: String(key), partition, offset });

const SCHEMA = [
  column.string('key', { nullable: false }),
  column.int('partition', { nullable: false }),
  column.long('offset', { nullable: false }),
];

const KINDS = {
  append: {
    table: { name: 'bronze.events', schema: SCHEMA, kind: 'append' as const },
    toChange: (record: KafkaRecord): RowChange => ({ kind: 'row', row: rowOf(record) }),
    expected: (records: readonly KafkaRecord[]) => records.map(rowOf),
  },
  upsert: {
    table: { name: 'silver.events', schema: SCHEMA, kind: { upsert: ['key'] } },
    toChange: (record: KafkaRecord): RowChange =>
      record.value === null
        ? { kind: 'delete', key: { key: String(record.key) } }
        : { kind: 'row', row: rowOf(record) },
    expected: (records: readonly KafkaRecord[]) => {
      const rows = new Map<string, ReturnType<typeof rowOf>>();
      for (const record of records) {
        if (record.value === null) rows.delete(String(record.key));
        else rows.set(String(record.key), rowOf(record));
      }
      return [...rows.values()];
    },
  },
};

const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('two sinks of one table', () => {
  it.each(['append', 'upsert'] as const)(
    'write every record exactly once (%s), whoever owns, believes to own, and dies',
    async (kind) => {
      const { table, toChange, expected } = KINDS[kind];
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
          const folder = await mkdtemp(join(tmpdir(), 'shared-table-'));
          const log: KafkaRecord[][] = PARTITIONS.map(() => []);
          const workers: SinkWorker[] = [];
          for (const number of WORKERS)
            workers.push(await startSinkWorker({ folder, number, table, log, toChange }));
          const assign = async (split: readonly number[], told: readonly number[]): Promise<void> => {
            await Promise.all(
              told.map((number) => workers[number]?.assign(PARTITIONS.filter((p) => split[p] === number))),
            );
          };
          /** Each partition's rows are what its records lead to, up to the position in the same version. */
          const check = async (): Promise<readonly number[]> => {
            const view = await readTable({ path: join(folder, 'table') });
            const positions = PARTITIONS.map((p) => view.position(`cluster/events/${p}`) ?? 0);
            const rows: object[] = [];
            for await (const row of view.scanRows()) rows.push(row);
            const held = PARTITIONS.flatMap((p) => expected(log[p]!.slice(0, positions[p])));
            expect(sorted(rows)).toEqual(sorted(held));
            return positions;
          };
          try {
            await assign([0, 1, 0], WORKERS);
            for (const action of steps) {
              if (action.kind === 'produce')
                for (const fact of action.facts) {
                  const partition = log[fact.partition]!;
                  partition.push(recordOf(fact, partition.length));
                }
              else if (action.kind === 'read') await workers[action.worker]?.read(action.count);
              else if (action.kind === 'flush') await workers[action.worker]?.flush();
              else if (action.kind === 'optimize') await workers[action.worker]?.optimize();
              else if (action.kind === 'rebalance') await assign(action.owners, action.told);
              else if (action.kind === 'restart')
                await workers[action.worker]?.restart(action.crash, action.loseIndex);
              else {
                await Promise.all(workers.map((one) => one.read(action.count)));
                await Promise.all(workers.map((one) => one.flush()));
              }
              await check();
            }
            for (const one of workers) await one.restart(null, false);
            await assign([0, 1, 1], WORKERS);
            const drain = async (one: SinkWorker): Promise<void> => {
              for (let turn = 0; turn < 4; turn++) {
                await one.read(1000);
                await one.flush();
              }
            };
            await Promise.all(workers.map(drain));
            expect(await check()).toEqual(log.map((partition) => partition.length));
          } finally {
            for (const one of workers) await one.close();
            await rm(folder, { recursive: true });
          }
        }),
        { numRuns: Number(process.env['MODEL_RUNS'] ?? 15) },
      );
    },
    120_000,
  );
});
