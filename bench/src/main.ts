import { renderBudget } from './budget.ts';
import { compareWithBaseline, endRun } from './command-line.ts';
import { machineSpeed } from './machine-speed.ts';
import { measureParts } from './measure-parts.ts';
import type { Metric } from './metric.ts';
import { type BenchOptions, benchOptions, HELP } from './options.ts';
import { MEASURE } from './parts.ts';
import { renderReport } from './report.ts';
import { createRigs } from './rigs.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Says each figure as soon as it is known: a long run that breaks off has told what it measured. */
const told = (metrics: readonly Metric[]): readonly Metric[] => {
  for (const { name, value, unit, better } of metrics)
    if (better !== 'info') say(`  ${name} ${value} ${unit}`);
  return metrics;
};

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const measure = async (options: BenchOptions): Promise<void> => {
  const rigs = createRigs(options, say);
  // The slowest moment counts: how fast the cores were at the worst of the run.
  let speed = machineSpeed();
  try {
    const measured = await measureParts(options.parts, {
      measure: async (name) => {
        const metrics = told(await MEASURE[name]({ options, rigs, say }));
        speed = Math.min(speed, machineSpeed());
        return metrics;
      },
      compared: (metrics) => compareWithBaseline(metrics, { speed }),
      beforeEachRound: rigs.close,
      tries: options.tries,
      say,
    });
    const metrics = measured.flatMap((part) => part.metrics);
    endRun({
      metrics,
      json: options.json,
      updatesBaseline: options.updatesBaseline,
      isJudged: options.isCheck,
      ...(options.isRemembered ? { rememberAs: process.argv.slice(2) } : {}),
      speed,
      print: (comparisons) => {
        const shown = comparisons.filter(
          ({ metric }) => options.hasDetails || metric.better !== 'info' || metric.goal !== undefined,
        );
        print(renderReport(shown));
        const budget = renderBudget(metrics);
        if (budget !== '') print(`\n${budget}`);
      },
    });
  } finally {
    await rigs.close();
  }
};

const options = benchOptions(process.argv.slice(2));
if (options === null) process.stdout.write(HELP);
else await measure(options);
