import { type Metric, percentile, rounded } from '../src/metric.ts';
import type { PeakMemory, Sample } from './engine.ts';

/** What one side took for one case. */
export type Measured = { readonly samples: readonly Sample[]; readonly memory?: PeakMemory };

/** Ours is held against the baseline, the others are shown beside it. */
export type Side = 'ours' | 'delta_rs' | 'delta_rs_arrow';

/** What has to be reached; milliseconds, megabytes, and how many times the other side's figure. */
export type Goals = {
  readonly p50Ms?: number;
  readonly anonymousMb?: number;
  readonly timesFaster?: number;
  readonly cpuRatio?: number;
};

const megabytes = (bytes: number): number => rounded(bytes / 1024 ** 2);

const median = (values: readonly number[]): number =>
  percentile(
    values.toSorted((left, right) => left - right),
    0.5,
  );

/** Figures of one side of a case, named `<case>.<side>.<figure>`. */
const sideMetrics = (name: string, side: Side, measured: Measured, goals: Goals): Metric[] => {
  const judged = side === 'ours' ? 'lower' : 'info';
  const walls = measured.samples.map(({ wallMs }) => wallMs).toSorted((left, right) => left - right);
  const metric = (
    figure: string,
    value: number,
    unit: string,
    better: Metric['better'],
    goal?: number,
  ): Metric => ({
    name: `${name}.${side}.${figure}`,
    value: rounded(value),
    unit,
    better,
    ...(goal === undefined || side !== 'ours' ? {} : { goal }),
  });
  const metrics = [
    metric('p50_ms', percentile(walls, 0.5), 'ms', judged, goals.p50Ms),
    // A handful of runs has no tail to tell of.
    metric('p99_ms', percentile(walls, 0.99), 'ms', 'info'),
    metric('cpu_ms', median(measured.samples.map(({ cpuMs }) => cpuMs)), 'ms', judged),
  ];
  if (measured.memory !== undefined) {
    const { anonymous, resident } = measured.memory;
    metrics.push(
      metric('anonymous_mb', megabytes(anonymous), 'MB', judged, goals.anonymousMb),
      metric('resident_mb', megabytes(resident), 'MB', 'info'),
    );
  }
  return metrics;
};

/**
 * Figures of a case: each side's medians, tail and memory, and ours against delta-rs where both ran.
 * `times_faster` is delta-rs's median time over ours, `cpu_ratio` is our CPU time over delta-rs's.
 */
export const caseMetrics = (
  name: string,
  sides: Partial<Readonly<Record<Side, Measured>>>,
  goals: Goals = {},
): readonly Metric[] => {
  const metrics = (Object.entries(sides) as [Side, Measured][]).flatMap(([side, measured]) =>
    sideMetrics(name, side, measured, goals),
  );
  const { ours, delta_rs: theirs } = sides;
  if (ours === undefined || theirs === undefined) return metrics;
  const medianOf = (measured: Measured, of: (sample: Sample) => number) => median(measured.samples.map(of));
  const ratio = (of: (sample: Sample) => number): number =>
    rounded(medianOf(theirs, of) / medianOf(ours, of));
  return [
    ...metrics,
    {
      name: `${name}.times_faster`,
      value: ratio(({ wallMs }) => wallMs),
      unit: '×',
      better: 'higher',
      ...(goals.timesFaster === undefined ? {} : { goal: goals.timesFaster }),
    },
    {
      name: `${name}.cpu_ratio`,
      value: rounded(1 / ratio(({ cpuMs }) => cpuMs)),
      unit: '×',
      better: 'lower',
      ...(goals.cpuRatio === undefined ? {} : { goal: goals.cpuRatio }),
    },
  ];
};

/** Whose turn it is, so that each side's turns (`counts`) spread evenly over the run and noise meets all of them. */
export const interleave = (counts: readonly number[]): readonly number[] =>
  counts
    .flatMap((count, side) =>
      Array.from({ length: count }, (_, turn) => ({ side, at: (turn + 0.5) / count })),
    )
    .toSorted((left, right) => left.at - right.at || left.side - right.side)
    .map(({ side }) => side);

/** Takes each side's turns in the order of `interleave`; what each of them measured. */
export const takeTurns = async (
  sides: readonly { readonly turns: number; readonly take: (turn: number) => Promise<Sample> }[],
): Promise<readonly (readonly Sample[])[]> => {
  const samples: Sample[][] = sides.map(() => []);
  for (const side of interleave(sides.map(({ turns }) => turns))) {
    const taken = samples[side]!;
    taken.push(await sides[side]!.take(taken.length));
  }
  return samples;
};

/** One sample of several pieces of work done one after the other. */
export const together = (...samples: readonly Sample[]): Sample => ({
  wallMs: samples.reduce((sum, { wallMs }) => sum + wallMs, 0),
  cpuMs: samples.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  value: samples.at(-1)?.value,
});
