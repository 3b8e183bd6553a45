import type { Metric } from '../src/metric.ts';
import { CUSTOMER_KEY, CUSTOMERS } from './customers.ts';
import { type DeltaRsCommand, type Engine, type OursCommand, startDeltaRs, startOurs } from './engine.ts';
import { type BenchOptions, type Part, sizeName } from './options.ts';
import { caseMetrics, takeTurns, together } from './samples.ts';
import type { Tables, Workspace } from './workspace.ts';

/** Keys of a batch: random ones that are all in the table. */
export const KEYS_PER_BATCH = 1000;

const ROWS_PER_FILE = 100_000;

/** Upserts that are not counted: code is compiled, caches fill. */
const WARM_UP = 5;

const MERGES = 5;
const MERGE_WARM_UP = 1;

/** Design: at every size. */
const GOALS = { p50Ms: 50, anonymousMb: 300 };

/** delta-rs's MERGE takes this many times as long at a million rows. */
const TIMES_FASTER_AT_1M = 20;

/** Base tables for upserts, in files as large as compaction leaves them. */
export const upsertTables = (workspace: Workspace, rows: number): Promise<Tables> =>
  workspace.tables(rows, ROWS_PER_FILE, 'upsert');

/** Opens a table and upserts one batch of another process's making: the index is caught up or filled. */
export const openAndUpsert = async (
  workspace: Workspace,
  engine: Engine<OursCommand>,
  table: {
    readonly path: string;
    readonly indexDir: string;
    readonly isMaintained?: boolean;
    readonly rows: number;
    readonly seed: number;
  },
) => {
  const { rows, seed, ...where } = table;
  const opened = await engine.run({ do: 'open', ...where });
  const file = await workspace.batch(KEYS_PER_BATCH, rows, seed);
  await engine.run({ do: 'load', file });
  workspace.remove(file);
  return together(opened, await engine.run({ do: 'upsert' }));
};

const openTheirs = async (path: string): Promise<Engine<DeltaRsCommand>> => {
  const engine = await startDeltaRs();
  await engine.run({ do: 'create', columns: CUSTOMERS });
  await engine.run({ do: 'open', path });
  return engine;
};

const measureSize = async (
  workspace: Workspace,
  options: BenchOptions,
  rows: number,
): Promise<readonly Metric[]> => {
  const name = `upsert.${sizeName(rows)}`;
  const tables = await upsertTables(workspace, rows);
  const indexDir = workspace.fresh('index');
  const builder = startOurs(options.profile);
  const built = await openAndUpsert(workspace, builder, { path: tables.ours, indexDir, rows, seed: 1 });
  await builder.run({ do: 'close' });
  const rebuild = caseMetrics(`${name}.first_without_index`, {
    ours: { samples: [built], memory: await builder.stop() },
  });

  const ours = startOurs(options.profile);
  await ours.run({ do: 'open', path: tables.ours, indexDir });
  const theirs = rows <= options.mergeUpTo ? await openTheirs(tables.theirs) : null;
  let seed = 2;
  const loaded = async (load: (file: string) => Promise<unknown>): Promise<void> => {
    const file = await workspace.batch(KEYS_PER_BATCH, rows, seed++);
    await load(file);
    workspace.remove(file);
  };
  const sides = [
    {
      turns: options.batches + WARM_UP,
      take: async () => {
        await loaded((file) => ours.run({ do: 'load', file }));
        return ours.run({ do: 'upsert' });
      },
    },
  ];
  if (theirs !== null) {
    sides.push({
      turns: MERGES + MERGE_WARM_UP,
      take: async () => {
        await loaded((file) => theirs.run({ do: 'load', file }));
        return theirs.run({ do: 'merge', key: CUSTOMER_KEY });
      },
    });
  }
  const [a, b] = await takeTurns(sides);
  await ours.run({ do: 'close' });
  const metrics = caseMetrics(
    name,
    {
      ours: { samples: a!.slice(WARM_UP), memory: await ours.stop() },
      ...(theirs === null
        ? {}
        : { delta_rs: { samples: b!.slice(MERGE_WARM_UP), memory: await theirs.stop() } }),
    },
    { ...GOALS, ...(rows === 1_000_000 ? { timesFaster: TIMES_FASTER_AT_1M } : {}) },
  );
  workspace.remove(tables.ours, tables.theirs, indexDir);
  return [...metrics, ...rebuild];
};

/** Updates of random existing keys; nothing is merged meanwhile, so that each batch adds a file. */
export const measureUpsert: Part = async (workspace, options) => {
  const metrics: Metric[] = [];
  for (const rows of options.rows) metrics.push(...(await measureSize(workspace, options, rows)));
  return metrics;
};
