import { type Metric, percentile, rounded } from '../src/metric.ts';
import { type PeakMemory, type Sample, startOurs, type TableState } from './engine.ts';
import { type Part, sizeName } from './options.ts';
import { caseMetrics } from './samples.ts';
import { KEYS_PER_BATCH, openAndUpsert, upsertTables } from './upsert.ts';

/** The run is looked at in this many stretches; flat means that the last ones look like the first ones. */
const STRETCHES = 10;

/** How much the last stretches may be above the first ones: what the noise of a shared machine makes of nothing. */
const FLAT = 1.25;

/** One stretch of the run. */
export type Stretch = {
  readonly samples: readonly Sample[];
  /** The most data files that the table had after one of its upserts. */
  readonly mostFiles: number;
  /** At its end. */
  readonly state: TableState;
  readonly memory: PeakMemory;
};

const median = (values: readonly number[]): number =>
  percentile(
    values.toSorted((left, right) => left - right),
    0.5,
  );

/** The last third of the run over the first third, its first stretch left out, by medians of what a stretch had. */
export const growth = (stretches: readonly Stretch[], of: (stretch: Stretch) => number): number => {
  const settled = stretches.slice(1);
  const third = Math.max(1, Math.floor(settled.length / 3));
  return median(settled.slice(-third).map(of)) / median(settled.slice(0, third).map(of));
};

/** Share of a stretch's times. */
export const wallPercentile =
  (share: number) =>
  ({ samples }: Stretch): number =>
    percentile(
      samples.map(({ wallMs }) => wallMs).toSorted((left, right) => left - right),
      share,
    );

/** What the run looked like over time, and whether it stayed flat. */
export const stretchMetrics = (name: string, stretches: readonly Stretch[]): readonly Metric[] => {
  const figures = {
    p50_ms: { of: wallPercentile(0.5), unit: 'ms' },
    p99_ms: { of: wallPercentile(0.99), unit: 'ms' },
    files: { of: ({ mostFiles }: Stretch) => mostFiles, unit: '' },
    log_files: { of: ({ state }: Stretch) => state.logFiles, unit: '' },
    log_mb: { of: ({ state }: Stretch) => state.logBytes / 1024 ** 2, unit: 'MB' },
    anonymous_mb: { of: ({ memory }: Stretch) => memory.anonymous / 1024 ** 2, unit: 'MB' },
  };
  const overTime = Object.entries(figures).flatMap(([figure, { of, unit }]) =>
    stretches.map(
      (stretch, index): Metric => ({
        name: `${name}.${figure}.${index + 1}`,
        value: rounded(of(stretch)),
        unit,
        better: 'info',
      }),
    ),
  );
  const flat = (['p50_ms', 'p99_ms', 'files', 'anonymous_mb'] as const).map(
    (figure): Metric => ({
      name: `${name}.growth_of_${figure}`,
      value: rounded(growth(stretches, figures[figure].of)),
      unit: '×',
      better: 'lower',
      goal: FLAT,
    }),
  );
  return [...overTime, ...flat];
};

/** Many upserts one after the other with maintenance on: is the last one as quick as the first? */
export const measureSustained: Part = async (
  workspace,
  { tableRows: rows, sustainedBatches: batches, profile },
) => {
  const tables = await upsertTables(workspace, rows);
  const indexDir = workspace.fresh('index');
  const table = { path: tables.ours, indexDir, rows, seed: 1 };
  const builder = startOurs();
  await openAndUpsert(workspace, builder, table);
  await builder.run({ do: 'close' });
  await builder.stop();

  const ours = startOurs(profile);
  await openAndUpsert(workspace, ours, { ...table, seed: 2, isMaintained: true });
  const stretches: Stretch[] = [];
  const perStretch = Math.ceil(batches / STRETCHES);
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const samples: Sample[] = [];
    let mostFiles = 0;
    for (let batch = 0; batch < perStretch; batch++) {
      const file = await workspace.batch(KEYS_PER_BATCH, rows, 3 + stretch * perStretch + batch);
      await ours.run({ do: 'load', file });
      workspace.remove(file);
      samples.push(await ours.run({ do: 'upsert' }));
      mostFiles = Math.max(mostFiles, (await ours.run({ do: 'count-files' })).value as number);
    }
    const state = (await ours.run({ do: 'describe' })).value as TableState;
    if (state.visibleRows !== rows) throw new Error(`${state.visibleRows} rows are visible, not ${rows}`);
    stretches.push({ samples, mostFiles, state, memory: ours.memory() });
  }
  await ours.run({ do: 'close' });
  const memory = await ours.stop();
  workspace.remove(tables.ours, tables.theirs, indexDir);
  const name = `sustained.${sizeName(rows)}`;
  const samples = stretches.flatMap((stretch) => stretch.samples);
  return [...caseMetrics(name, { ours: { samples, memory } }), ...stretchMetrics(name, stretches)];
};
