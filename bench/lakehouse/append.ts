import type { Metric } from '../src/metric.ts';
import { CUSTOMERS } from './customers.ts';
import { startDeltaRs, startOurs } from './engine.ts';
import { type BenchOptions, type Part, sizeName } from './options.ts';
import { caseMetrics, takeTurns } from './samples.ts';
import type { Workspace } from './workspace.ts';

/** Rows per append, how many appends are measured, and how many before them warm both sides up. */
const SIZES = [
  { rows: 1000, turns: 40, warmUp: 10 },
  { rows: 10_000, turns: 15, warmUp: 3 },
  { rows: 100_000, turns: 5, warmUp: 1 },
];

/** At most this many times the CPU of delta-rs; see the goals in bench/README.md. */
const CPU_RATIO = 2;

const measureSize = async (
  workspace: Workspace,
  { profile }: BenchOptions,
  { rows, turns, warmUp }: (typeof SIZES)[number],
): Promise<readonly Metric[]> => {
  const file = await workspace.newRows(rows);
  const ours = startOurs(profile);
  const theirs = await startDeltaRs();
  const theirsArrow = await startDeltaRs();
  const folders = [workspace.fresh('ours'), workspace.fresh('theirs'), workspace.fresh('theirs-arrow')];
  await ours.run({ do: 'open', path: folders[0]! });
  await ours.run({ do: 'load', file });
  await theirs.run({ do: 'create', path: folders[1]!, columns: CUSTOMERS });
  await theirs.run({ do: 'load', file });
  await theirsArrow.run({ do: 'create', path: folders[2]!, columns: CUSTOMERS });
  await theirsArrow.run({ do: 'load', file, arrow: true });
  const samples = await takeTurns(
    [ours, theirs, theirsArrow].map((engine) => ({
      turns: turns + warmUp,
      take: () => engine.run({ do: 'append' }),
    })),
  );
  const [a, b, c] = samples.map((side) => side.slice(warmUp));
  const metrics = caseMetrics(
    `append.${sizeName(rows)}`,
    {
      ours: { samples: a!, memory: await ours.stop() },
      delta_rs: { samples: b!, memory: await theirs.stop() },
      delta_rs_arrow: { samples: c!, memory: await theirsArrow.stop() },
    },
    { cpuRatio: CPU_RATIO },
  );
  workspace.remove(file, ...folders);
  return metrics;
};

/**
 * Appends of rows that are plain objects of the language: ours, and delta-rs from a list of dictionaries; and
 * delta-rs from Arrow data that is there already, which no row-wise program has.
 */
export const measureAppend: Part = async (workspace, options) => {
  const metrics: Metric[] = [];
  for (const size of SIZES.filter(({ rows }) => rows <= options.appendUpTo))
    metrics.push(...(await measureSize(workspace, options, size)));
  return metrics;
};
