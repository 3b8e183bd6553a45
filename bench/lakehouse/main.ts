import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chosenParts, endRun } from '../src/command-line.ts';
import type { Metric } from '../src/metric.ts';
import { renderReport } from '../src/report.ts';
import { measureAppend } from './append.ts';
import { measureCompaction } from './compaction.ts';
import type { BenchOptions, Part } from './options.ts';
import { measureReopen } from './reopen.ts';
import { measureScan } from './scan.ts';
import { renderSides } from './sides-report.ts';
import { measureSustained } from './sustained.ts';
import { measureUpsert } from './upsert.ts';
import { createWorkspace } from './workspace.ts';

const PARTS: Readonly<Record<string, Part>> = {
  append: measureAppend,
  upsert: measureUpsert,
  reopen: measureReopen,
  scan: measureScan,
  compaction: measureCompaction,
  sustained: measureSustained,
};

const BASELINE_FILE = fileURLToPath(new URL('./baseline.json', import.meta.url));

/** The largest table, its index and the log of the run, with room to spare. */
const NEEDED_GIGABYTES = 20;

const HELP = `npm run bench:lakehouse -- [options]

Measures this repository's Delta tables beside delta-rs (Python deltalake), each in processes of its own, on the same
rows in the same run, and compares with bench/lakehouse/baseline.json. Ends with code 1 when a figure is more than 15%
worse than there. Needs python3 with venv and pip; the packages are installed in .local/ the first time.

  --only <part,…>         some of: ${Object.keys(PARTS).join(', ')} (default all)
  --rows <n,…>            sizes of the tables upserted into (default 10000,100000,1000000,10000000)
  --batches <n>           upserts of 1000 keys measured at each size (default 100)
  --table-rows <n>        rows of the tables that are reopened, scanned and upserted into for long (default 1000000)
  --sustained-batches <n> upserts of the sustained run (default 1000)
  --merge-10m             lets delta-rs MERGE into tables of more than a million rows too: minutes, gigabytes
  --quick                 small tables and few batches: does everything work? At most a minute; no figures to quote
  --profile <folder>      writes CPU profiles of our processes there
  --json <file>           writes the figures there as JSON too
  --update-baseline       stores the figures as the new baseline
  --help
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
    rows: { type: 'string' },
    batches: { type: 'string' },
    'table-rows': { type: 'string' },
    'sustained-batches': { type: 'string' },
    'merge-10m': { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    profile: { type: 'string' },
    json: { type: 'string' },
    'update-baseline': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const whole = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} ${text}: expected a whole number above 0`);
};

const benchOptions = (): BenchOptions => {
  const number = (
    name: 'batches' | 'table-rows' | 'sustained-batches',
    usual: number,
    quick: number,
  ): number => (values[name] === undefined ? (values.quick ? quick : usual) : whole(name, values[name]));
  const sizes = values.rows ?? (values.quick ? '100000' : '10000,100000,1000000,10000000');
  return {
    rows: sizes.split(',').map((text) => whole('rows', text)),
    appendUpTo: values.quick ? 10_000 : 100_000,
    batches: number('batches', 100, 10),
    tableRows: number('table-rows', 1_000_000, 50_000),
    sustainedBatches: number('sustained-batches', 1000, 50),
    commits: values.quick ? 100 : 1000,
    mergeUpTo: values['merge-10m'] ? Number.POSITIVE_INFINITY : 1_000_000,
    profile: values.profile,
  };
};

const requireSpace = (rows: number): void => {
  const { bavail, bsize } = statfsSync(tmpdir());
  const free = (bavail * bsize) / 1024 ** 3;
  const needed = Math.max(1, (NEEDED_GIGABYTES * rows) / 10_000_000);
  if (free < needed) throw new Error(`${tmpdir()} has ${free.toFixed(1)} GB free, ${needed} GB are needed`);
};

const measureParts = async (parts: readonly string[], options: BenchOptions): Promise<readonly Metric[]> => {
  const workspace = createWorkspace();
  // A run that is broken off leaves no gigabytes behind.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  process.once('exit', workspace.dispose);
  const metrics: Metric[] = [];
  for (const part of parts) {
    const began = performance.now();
    process.stderr.write(`${part} …`);
    const measured = await PARTS[part]!(workspace, options);
    process.stderr.write(` ${((performance.now() - began) / 1000).toFixed(0)} s\n${renderSides(measured)}\n`);
    metrics.push(...measured);
  }
  return metrics;
};

const run = async (): Promise<void> => {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const parts = chosenParts(values.only, Object.keys(PARTS));
  const options = benchOptions();
  requireSpace(Math.max(...options.rows, options.tableRows));
  const metrics = await measureParts(parts, options);
  endRun({
    metrics,
    json: values.json,
    updatesBaseline: values['update-baseline'],
    isJudged: !values.quick,
    baselineFile: BASELINE_FILE,
    print: (comparisons) => {
      const judged = comparisons.filter(({ metric }) => metric.better !== 'info');
      process.stdout.write(`\n${renderSides(metrics)}\n\n${renderReport(judged)}\n`);
    },
  });
};

await run();
process.exit();
