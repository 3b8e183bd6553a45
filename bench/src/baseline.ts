import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Metric, rounded } from './metric.ts';

const BASELINE_FILE = fileURLToPath(new URL('../baseline.json', import.meta.url));

/** A figure below this share of the baseline's is a regression. */
const LEAST_RATIO = 0.85;

/** Figures once measured, and on what. */
export type Baseline = {
  /** ISO 8601 */
  readonly recorded_at: string;
  readonly machine: { readonly cpus: number; readonly model: string; readonly memory_gb: number };
  readonly node: string;
  /** Of the machine at the time, see machine-speed.ts; absent in baselines from before it was measured. */
  readonly speed?: number;
  readonly metrics: Readonly<Record<string, number>>;
};

/** A figure beside the stored one. */
export type Comparison = {
  readonly metric: Metric;
  readonly baseline: number | null;
  /** How many times as good as the baseline: 2 is twice as good; null without one or when nothing is judged. */
  readonly ratio: number | null;
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
export const updateBaseline = (
  metrics: readonly Metric[],
  now: Date,
  {
    file = BASELINE_FILE,
    speed,
  }: { readonly file?: string | undefined; readonly speed?: number | undefined },
): void => {
  const measured = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  const baseline: Baseline = {
    recorded_at: now.toISOString(),
    machine: thisMachine(),
    node: process.version,
    ...(speed === undefined ? {} : { speed: rounded(speed) }),
    metrics: { ...readBaseline(file)?.metrics, ...measured },
  };
  writeFileSync(file, `${JSON.stringify(baseline, null, 2)}\n`);
};

/** A figure that may be 0 (a growth, a short recovery) is held against a baseline of at least its resolution. */
const ratioOf = ({ value, better, resolution = 0 }: Metric, baseline: number | null): number | null => {
  if (baseline === null || better === 'info') return null;
  const [now, then] = [Math.max(value, resolution), Math.max(baseline, resolution)];
  if (now <= 0 || then <= 0) return null;
  return better === 'higher' ? now / then : then / now;
};

/**
 * Holds figures against a baseline. `slowness` is how many times slower than at the baseline's time the machine's
 * cores are (1: as then, or not known): figures of CPU time are forgiven that much, and never asked for more.
 */
export const compare = (
  metrics: readonly Metric[],
  baseline: Baseline | null,
  slowness = 1,
): readonly Comparison[] =>
  metrics.map((metric) => {
    const stored = baseline?.metrics[metric.name] ?? null;
    const ratio = ratioOf(metric, stored);
    const allowed = metric.isCpuBound === true ? LEAST_RATIO / Math.max(1, slowness) : LEAST_RATIO;
    const isTellable = stored !== null && Math.abs(metric.value - stored) > (metric.resolution ?? 0);
    return {
      metric,
      baseline: stored,
      ratio,
      isRegression: ratio !== null && isTellable && ratio < allowed,
    };
  });
