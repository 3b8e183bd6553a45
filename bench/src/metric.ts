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
};

/** Four significant digits: more than a single run can tell. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

/** The value below which the given share (0…1) of the sorted values lies; nearest rank. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
