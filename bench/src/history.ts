import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Baseline, thisMachine } from './baseline.ts';
import { type Metric, rounded } from './metric.ts';

const HISTORY_FILE = fileURLToPath(new URL('../history.jsonl', import.meta.url));

/** One run: a line of the history file. */
type HistoryEntry = {
  /** ISO 8601 */
  readonly at: string;
  /** Short hash; with `+` when the working tree had changes; null outside a git repository. */
  readonly commit: string | null;
  readonly machine: Baseline['machine'];
  readonly node: string;
  /** See machine-speed.ts. */
  readonly speed: number;
  /** Of the command line, without those that only say where the figures go. */
  readonly options: readonly string[];
  /** Figures that are judged or have a goal, by name. */
  readonly metrics: Readonly<Record<string, number>>;
};

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

const currentCommit = (): string | null => {
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return null;
  }
};

const OWN_OPTIONS = ['--history', '--check', '--details'];

/** Appends a run to the history. */
export const appendHistory = (
  metrics: readonly Metric[],
  run: { readonly now: Date; readonly speed: number; readonly options: readonly string[] },
  file = HISTORY_FILE,
): void => {
  const kept = metrics.filter(({ better, goal }) => better !== 'info' || goal !== undefined);
  const entry: HistoryEntry = {
    at: run.now.toISOString(),
    commit: currentCommit(),
    machine: thisMachine(),
    node: process.version,
    speed: rounded(run.speed),
    options: run.options.filter((option) => !OWN_OPTIONS.includes(option)),
    metrics: Object.fromEntries(kept.map(({ name, value }) => [name, value])),
  };
  appendFileSync(file, `${JSON.stringify(entry)}\n`);
};
