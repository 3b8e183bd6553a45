import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isPlatformError } from '@marketing-streams/platform/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localStorage } from './local-storage.ts';
import { checkpointTable } from './log/checkpoint.ts';
import { cleanUpLog } from './log/clean-up-log.ts';
import { vacuumTable } from './maintenance/vacuum.ts';
import { readTable } from './read-table.ts';
import { column } from './schema/table-schema.ts';
import type { Storage } from './storage.ts';
import { openTable } from './table.ts';
import type { TableView } from './table-types.ts';
import { clockedStorage } from './testing/clocked-storage.ts';
import { crashingStorage, SimulatedCrash } from './testing/crashing-storage.ts';

const MINUTE = 60_000;
const RETENTION = 120 * MINUTE;
const START = Date.UTC(2026, 0, 1);

const SCHEMA = [column.string('key', { nullable: false }), column.long('value', { nullable: false })];

const keys = fc.array(fc.nat(20).map(String), { maxLength: 8 });
const crash = fc.option(
  fc.record({ afterChanges: fc.integer({ min: 1, max: 8 }), lastChangeHappens: fc.boolean() }),
  { freq: 2 },
);

/** What happens to a table in the course of time; `crash` ends the process that does it. */
const step = fc.record({
  action: fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('upsert' as const), rows: keys, deletes: keys }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('optimize' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('clean-up-log' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('vacuum' as const) }) },
  ),
  crash,
  minutes: fc.integer({ min: 1, max: 50 }),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the table was after a commit. */
type Moment = { readonly version: number; readonly at: number; readonly rows: ReadonlyMap<string, number> };

const rowsOf = async (table: TableView): Promise<[string, number][]> => {
  const rows: [string, number][] = [];
  for await (const row of table.scanRows()) rows.push([row['key'] as string, row['value'] as number]);
  return rows.sort();
};

const describeHistory = async (vectors: boolean, steps: readonly Step[]) => {
  const folder = await mkdtemp(join(tmpdir(), 'history-model-'));
  let now = START;
  const clock = (): number => now;
  const storage = clockedStorage(localStorage(join(folder, 'table')), clock);
  const moments: Moment[] = [{ version: 0, at: now, rows: new Map() }];

  const open = (through: Storage) =>
    openTable({
      path: through,
      name: 'model',
      schema: SCHEMA,
      kind: { upsert: ['key'] },
      indexDir: join(folder, 'index'),
      properties: {
        'delta.enableDeletionVectors': String(vectors),
        'delta.deletedFileRetentionDuration': 'interval 2 hours',
        'delta.logRetentionDuration': 'interval 2 hours',
      },
      checkpoints: 'elsewhere',
      clock,
    });

  const run = async (action: Step['action'], through: Storage, value: number): Promise<void> => {
    if (action.kind === 'checkpoint') await checkpointTable(through, { clock, force: true });
    else if (action.kind === 'clean-up-log') await cleanUpLog(through, { clock });
    else if (action.kind === 'vacuum') await vacuumTable(through, { clock });
    else {
      const table = await open(through);
      try {
        if (action.kind === 'optimize') await table.optimize({ minFiles: 2 });
        else {
          await table.upsert(
            action.rows.map((key) => ({ key, value })),
            action.deletes.map((key) => ({ key })),
          );
        }
      } finally {
        await table.close();
      }
    }
  };

  /** Notes the versions that came, all of which hold what the last action made. */
  const note = async (rows: ReadonlyMap<string, number>): Promise<void> => {
    const version = (await readTable({ path: storage, clock })).version();
    for (let next = moments.at(-1)!.version + 1; next <= version; next++)
      moments.push({ version: next, at: now, rows });
  };

  try {
    await (await open(storage)).close();
    for (const [number, { action, crash: death, minutes }] of steps.entries()) {
      now += minutes * MINUTE;
      const before = moments.at(-1)!.rows;
      const after = new Map(before);
      if (action.kind === 'upsert') {
        for (const key of action.deletes) after.delete(key);
        for (const key of action.rows) after.set(key, number);
      }
      try {
        await run(action, death === null ? storage : crashingStorage(storage, death), number);
      } catch (error) {
        if (!(error instanceof SimulatedCrash)) throw error;
      }
      await note(after);
      for (const [index, moment] of moments.entries()) {
        const wasReplaced = moments[index + 1]?.at ?? Number.POSITIVE_INFINITY;
        const expected = [...moment.rows].sort();
        try {
          const table = await readTable({ path: storage, version: moment.version, clock });
          expect(await rowsOf(table), `version ${moment.version}`).toEqual(expected);
        } catch (error) {
          // What the retention no longer covers may be gone, and then it says so.
          if (wasReplaced >= now - RETENTION) throw error;
          if (!isPlatformError(error, 'NOT_FOUND', 'DELTA_CORRUPT')) throw error;
        }
        if (moment.at < now - RETENTION || wasReplaced === moment.at) continue;
        const then = await readTable({ path: storage, timestamp: Math.min(wasReplaced - 1, now), clock });
        expect(await rowsOf(then), `at ${moment.at}`).toEqual(expected);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
};

describe('an upsert table in the course of time', () => {
  it.each([{ vectors: true }, { vectors: false }])(
    'shows what it was at every version and moment of the retention, whatever is cleaned up and whoever crashes (vectors: $vectors)',
    async ({ vectors }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), (steps) =>
          describeHistory(vectors, steps),
        ),
        { numRuns: Number(process.env['MODEL_RUNS'] ?? 6) },
      );
    },
    120_000,
  );
});
