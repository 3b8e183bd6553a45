/** One measured figure. */
export type Metric = {
  /** Dotted path, e.g. `latency.20/s.p99_ms`; what the baseline knows it by. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Which way is an improvement; `info` is shown and never judged. */
  readonly better: 'lower' | 'higher' | 'info';
  /** The goal. */
  readonly goal?: number;
  /** Figures closer together than this are the same: what the measurement itself cannot tell apart. */
  readonly resolution?: number;
  /** Counted in CPU time, so that a slower core shows in it: see machine-speed.ts. */
  readonly isCpuBound?: boolean;
};

/** Four significant digits: more than a single run can tell. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** The value below which the given share (0…1) of the sorted values lies; nearest rank. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;

/** True when the goal is reached; null without one. A goal of an `info` figure is one not to be exceeded. */
export const meetsGoal = ({ goal, value, better }: Metric): boolean | null => {
  if (goal === undefined) return null;
  return better === 'higher' ? value >= goal : value <= goal;
};

/** Of two measurements of the same figure the better one; the later one where neither way is better. */
export const betterOf = (former: Metric, later: Metric): Metric => {
  if (later.better === 'info') return later;
  const isBetter = later.better === 'higher' ? later.value > former.value : later.value < former.value;
  return isBetter ? later : former;
};
