import { writeFileSync } from 'node:fs';
import { type Comparison, compare, readBaseline, thisMachine, updateBaseline } from './baseline.ts';
import { appendHistory } from './history.ts';
import type { Metric } from './metric.ts';

/** The parts that `--only`, or another option, names, in the bench's order. Throws naming those that do not exist. */
export const chosenParts = <Name extends string>(
  only: string,
  parts: readonly Name[],
  option = 'only',
): readonly Name[] => {
  const names = only.split(',');
  const unknown = names.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0)
    throw new Error(`--${option} ${unknown.join(',')}: expected some of ${parts.join(', ')}`);
  return parts.filter((part) => names.includes(part));
};

/** Figures held against the baseline, with the machine's speed then and now taken into account. */
export const compareWithBaseline = (
  metrics: readonly Metric[],
  { file, speed }: { readonly file?: string | undefined; readonly speed?: number | undefined } = {},
): readonly Comparison[] => {
  const baseline = readBaseline(file);
  const slowness = speed === undefined || baseline?.speed === undefined ? 1 : baseline.speed / speed;
  return compare(metrics, baseline, slowness);
};

export type RunEnding = {
  readonly metrics: readonly Metric[];
  /** `--json`: where the figures go as JSON too. */
  readonly json: string | undefined;
  /** `--update-baseline`. */
  readonly updatesBaseline: boolean;
  /** Whether a figure that is worse than the baseline's ends the process with code 1. */
  readonly isJudged: boolean;
  /** The options of a run that is to be appended to the history file. */
  readonly rememberAs?: readonly string[];
  /** The run over all services has the one of `baseline.ts`. */
  readonly baselineFile?: string;
  /** Of the machine during the run, see machine-speed.ts; undefined when it was not looked at. */
  readonly speed?: number;
  readonly print: (comparisons: readonly Comparison[]) => void;
};

/** Ends a run: holds its figures against the baseline, prints and stores them. */
export const endRun = (ending: RunEnding): void => {
  const { metrics, baselineFile: file, speed } = ending;
  const comparisons = compareWithBaseline(metrics, { file, speed });
  ending.print(comparisons);
  if (ending.json !== undefined) {
    const report = { machine: thisMachine(), node: process.version, speed, comparisons };
    writeFileSync(ending.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (ending.rememberAs !== undefined && speed !== undefined) {
    appendHistory(metrics, { now: new Date(), speed, options: ending.rememberAs });
  }
  if (ending.updatesBaseline) updateBaseline(metrics, new Date(), { file, speed });
  else if (ending.isJudged && comparisons.some(({ isRegression }) => isRegression)) process.exitCode = 1;
};
