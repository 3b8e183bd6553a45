import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Metric } from '../src/metric.ts';
import { CUSTOMER_KEY, CUSTOMERS } from './customers.ts';
import { type PeakMemory, type Sample, startDeltaRs, startOurs } from './engine.ts';
import { type BenchOptions, type Part, sizeName } from './options.ts';
import { caseMetrics, type Measured, takeTurns, together } from './samples.ts';
import { KEYS_PER_BATCH, openAndUpsert, upsertTables } from './upsert.ts';
import type { Workspace } from './workspace.ts';

const RUNS = 3;

type Run = { readonly sample: Sample; readonly memory: PeakMemory };

/** Samples of fresh processes; the most memory any of them had. */
const collect = () => {
  const memories: PeakMemory[] = [];
  return {
    sample: ({ sample, memory }: Run): Sample => {
      memories.push(memory);
      return sample;
    },
    measured: (samples: readonly Sample[]): Measured => ({
      samples,
      memory: {
        anonymous: Math.max(...memories.map(({ anonymous }) => anonymous)),
        resident: Math.max(...memories.map(({ resident }) => resident)),
      },
    }),
  };
};

/** From the start of opening until a first batch is committed, in a fresh process each time. */
const measureFirstUpsert = async (
  workspace: Workspace,
  { tableRows: rows, profile }: BenchOptions,
): Promise<readonly Metric[]> => {
  const tables = await upsertTables(workspace, rows);
  const indexDir = workspace.fresh('index');
  let seed = 1;
  const oursWith = async (folder: string): Promise<Run> => {
    const engine = startOurs(profile);
    const table = { path: tables.ours, indexDir: folder, rows, seed: seed++ };
    const sample = await openAndUpsert(workspace, engine, table);
    await engine.run({ do: 'close' });
    return { sample, memory: await engine.stop() };
  };
  const oursWithout = async (): Promise<Run> => {
    const folder = workspace.fresh('lost-index');
    const run = await oursWith(folder);
    workspace.remove(folder);
    return run;
  };
  const theirs = async (): Promise<Run> => {
    const engine = await startDeltaRs();
    await engine.run({ do: 'create', columns: CUSTOMERS });
    const opened = await engine.run({ do: 'open', path: tables.theirs });
    const file = await workspace.batch(KEYS_PER_BATCH, rows, seed++);
    await engine.run({ do: 'load', file });
    workspace.remove(file);
    const merged = await engine.run({ do: 'merge', key: CUSTOMER_KEY });
    return { sample: together(opened, merged), memory: await engine.stop() };
  };
  await oursWith(indexDir);
  const [kept, lost, other] = [collect(), collect(), collect()];
  const [a, b, c] = await takeTurns([
    { turns: RUNS, take: async () => kept.sample(await oursWith(indexDir)) },
    { turns: RUNS, take: async () => lost.sample(await oursWithout()) },
    { turns: RUNS, take: async () => other.sample(await theirs()) },
  ]);
  workspace.remove(tables.ours, tables.theirs, indexDir);
  const name = `reopen.${sizeName(rows)}`;
  return [
    ...caseMetrics(`${name}.with_index`, { ours: kept.measured(a!), delta_rs: other.measured(c!) }),
    ...caseMetrics(`${name}.without_index`, { ours: lost.measured(b!) }),
  ];
};

/** Opening a table of many small commits, in a fresh process each time. */
const measureLog = async (
  workspace: Workspace,
  { commits, profile }: BenchOptions,
): Promise<readonly Metric[]> => {
  const path = workspace.fresh('long-log');
  const file = await workspace.newRows(1);
  const writer = startOurs();
  await writer.run({ do: 'open', path });
  await writer.run({ do: 'load', file });
  for (let commit = 0; commit < commits; commit++) await writer.run({ do: 'append' });
  await writer.stop();
  const measure = async (name: string): Promise<readonly Metric[]> => {
    const [ours, theirs] = [collect(), collect()];
    const [a, b] = await takeTurns([
      {
        turns: RUNS,
        take: async () => {
          const engine = startOurs(profile);
          const sample = await engine.run({ do: 'open', path });
          return ours.sample({ sample, memory: await engine.stop() });
        },
      },
      {
        turns: RUNS,
        take: async () => {
          const engine = await startDeltaRs();
          const sample = await engine.run({ do: 'open', path });
          return theirs.sample({ sample, memory: await engine.stop() });
        },
      },
    ]);
    return caseMetrics(name, { ours: ours.measured(a!), delta_rs: theirs.measured(b!) });
  };
  const metrics = [...(await measure(`load_log.${commits}_commits`))];
  const log = join(path, '_delta_log');
  const checkpoints = readdirSync(log).filter((name) => /checkpoint/.test(name));
  workspace.remove(...checkpoints.map((name) => join(log, name)));
  metrics.push(...(await measure(`load_log.${commits}_commits_no_checkpoint`)));
  workspace.remove(path, file);
  return metrics;
};

/** Opening tables: with and without the key index, and with a long log. */
export const measureReopen: Part = async (workspace, options) => [
  ...(await measureFirstUpsert(workspace, options)),
  ...(await measureLog(workspace, options)),
];
