import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Metric } from './metric.ts';

const BASELINE_FILE = fileURLToPath(new URL('../baseline.json', import.meta.url));

/** Worse than the baseline by more than this share is a regression. */
const TOLERANCE = 0.15;

/** Figures once measured, and on what. */
export type Baseline = {
  /** ISO 8601 */
  readonly recorded_at: string;
  readonly machine: { readonly cpus: number; readonly model: string; readonly memory_gb: number };
  readonly node: string;
  readonly metrics: Readonly<Record<string, number>>;
};

/** A figure beside the stored one. */
export type Comparison = {
  readonly metric: Metric;
  readonly baseline: number | null;
  /** Positive is better, as a share of the baseline; null without one or when nothing is judged. */
  readonly change: number | null;
  readonly isRegression: boolean;
};

export const thisMachine = (): Baseline['machine'] => ({
  cpus: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
  memory_gb: Math.round(totalmem() / 1024 ** 3),
});

/** The stored baseline; null when there is none. */
export const readBaseline = (file = BASELINE_FILE): Baseline | null =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Baseline) : null;

/** Stores the measured figures; those of parts that did not run stay as they were. */
export const updateBaseline = (metrics: readonly Metric[], now: Date, file = BASELINE_FILE): void => {
  const measured = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  const baseline: Baseline = {
    recorded_at: now.toISOString(),
    machine: thisMachine(),
    node: process.version,
    metrics: { ...readBaseline(file)?.metrics, ...measured },
  };
  writeFileSync(file, `${JSON.stringify(baseline, null, 2)}\n`);
};

const changeOf = (metric: Metric, baseline: number | null): number | null => {
  if (baseline === null || baseline === 0 || metric.better === 'info') return null;
  const share = (metric.value - baseline) / baseline;
  return metric.better === 'higher' ? share : -share;
};

/** Holds figures against a baseline. */
export const compare = (metrics: readonly Metric[], baseline: Baseline | null): readonly Comparison[] =>
  metrics.map((metric) => {
    const stored = baseline?.metrics[metric.name] ?? null;
    const change = changeOf(metric, stored);
    return { metric, baseline: stored, change, isRegression: change !== null && change < -TOLERANCE };
  });
