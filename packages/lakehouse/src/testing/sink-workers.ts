import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError } from '@marketing-streams/platform/errors';
import { localStorage } from '../local-storage.ts';
import { createTableSink } from '../sink.ts';
import type { RowChange, TableSink } from '../sink-types.ts';
import { openTable } from '../table.ts';
import type { DeltaTable, OpenTableOptions } from '../table-types.ts';
import { crashingStorage, SimulatedCrash } from './crashing-storage.ts';

/** Dies at one of its next changes; see `crashingStorage`. */
export type CrashPlan = { readonly afterChanges: number; readonly lastChangeHappens: boolean };

/** A process with one sink of one table, as far as the table can tell. */
export type SinkWorker = {
  /** Takes over these partitions, whatever others think of it. */
  readonly assign: (partitions: readonly number[]) => Promise<void>;
  /** Gives the sink up to `count` records of each partition it believes to own. */
  readonly read: (count: number) => Promise<void>;
  readonly flush: () => Promise<void>;
  readonly optimize: () => Promise<void>;
  /** Ends it without a commit and starts another in its place, which knows the table only. */
  readonly restart: (crash: CrashPlan | null, loseIndex: boolean) => Promise<void>;
  readonly close: () => Promise<void>;
};

const TOPIC = 'events';

const isCrash = (error: unknown): boolean =>
  error instanceof SimulatedCrash || (error instanceof Error && error.cause instanceof SimulatedCrash);

/** A worker that reads `log`, which holds each partition's records in order of their offsets. */
export const startSinkWorker = async (options: {
  readonly folder: string;
  readonly number: number;
  readonly table: Pick<OpenTableOptions, 'name' | 'schema' | 'kind'>;
  readonly log: readonly (readonly KafkaRecord[])[];
  readonly toChange: (record: KafkaRecord) => RowChange;
}): Promise<SinkWorker> => {
  const { folder, number, log } = options;
  const indexDir = join(folder, `index-${number}`);
  let table: DeltaTable;
  let sink: TableSink;
  let partitions: readonly number[] = [];
  let next = new Map<number, number>();
  let isDead = false;

  const start = async (crash: CrashPlan | null): Promise<void> => {
    isDead = false;
    const storage = localStorage(join(folder, 'table'));
    table = await openTable({ ...options.table, path: storage, indexDir });
    if (crash !== null) {
      // Only what it does from now on is in danger: a worker that dies while it starts is no sink.
      await table.close();
      table = await openTable({ ...options.table, path: crashingStorage(storage, crash), indexDir });
    }
    sink = createTableSink({
      clusterId: 'cluster',
      routes: [{ topics: [TOPIC], table, toChange: options.toChange }],
      limits: { rows: 5, milliseconds: 60_000 },
    });
  };

  const seek = async (): Promise<void> => {
    const positions = await sink.positions(partitions.map((partition) => ({ topic: TOPIC, partition })));
    next = new Map(partitions.map((partition) => [partition, positions.get(`${TOPIC}/${partition}`) ?? 0]));
  };

  /** What a consumer does: goes back on errors that may pass; the process dies of others. */
  const attempt = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      if (isDead) return;
      await run();
    } catch (error) {
      if (isCrash(error)) isDead = true;
      else if (isPlatformError(error) && error.retriable) await attempt(seek);
      else throw error;
    }
  };

  await start(null);
  return {
    assign: async (assigned) => {
      partitions = assigned;
      await attempt(seek);
    },
    read: (count) =>
      attempt(async () => {
        const records = partitions.flatMap((partition) => {
          const from = next.get(partition) ?? 0;
          return (log[partition] ?? []).slice(from, from + count);
        });
        await sink.write(records);
        for (const { partition, offset } of records) next.set(partition, offset + 1);
      }),
    flush: () => attempt(() => sink.flush()),
    optimize: () => attempt(() => table.optimize({ minFiles: 2 })),
    restart: async (crash, loseIndex) => {
      await table.close();
      if (loseIndex) await rm(indexDir, { recursive: true, force: true });
      await start(crash);
      await attempt(seek);
    },
    close: async () => {
      await sink.close().catch(() => {});
      await table.close();
    },
  };
};
