import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One file a rig and seed; `make test-faults` empties it first. */
const FOLDER = fileURLToPath(new URL('../../.local/recoveries/', import.meta.url));

/** From the kill to lag zero at 200 records a second, as in bench/README.md. */
const GOAL_SECONDS = 6;

/** What one fault cost; all seconds count from the moment it struck. */
export type Recovery = {
  readonly fault: string;
  /** Until everything sent goes all the way again as if nothing had been: topics, groups and the web app's view. */
  readonly lagZeroSeconds: number;
  /** Until every table held what its topic held at lag zero. */
  readonly tablesSeconds: number;
  /** Records that Kafka confirmed to the driver meanwhile. */
  readonly recordsMeanwhile: number;
};

/** The recoveries of one rig. */
type Run = {
  readonly name: string;
  readonly seed: number;
  /** ISO 8601. */
  readonly at: string;
  readonly recoveries: readonly Recovery[];
};

const HEAD = ['fault', 'times', 'lag zero: median s', 'worst s', 'tables: worst s', ''];

/** What differs between seeds is no other kind of fault: counts, lengths of time. */
const kindOf = (fault: string): string =>
  fault
    .replace(/ \(time \d+\)/, '')
    .replace(/ for [\d.]+ s/, '')
    .replace(/ \d+ ms late/, ' late');

const worst = (values: readonly number[]): number => Math.max(...values);
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Recoveries as a table to print: one line a kind of fault, slowest first. */
export const recoveryTable = (recoveries: readonly Recovery[]): string => {
  const kinds = Map.groupBy(recoveries, ({ fault }) => kindOf(fault));
  const lines = [...kinds]
    .map(([kind, all]) => ({ kind, all, lagZero: all.map(({ lagZeroSeconds }) => lagZeroSeconds) }))
    .sort((a, b) => worst(b.lagZero) - worst(a.lagZero))
    .map(({ kind, all, lagZero }) => [
      kind,
      String(all.length),
      median(lagZero).toFixed(1),
      worst(lagZero).toFixed(1),
      worst(all.map(({ tablesSeconds }) => tablesSeconds)).toFixed(1),
      worst(lagZero) > GOAL_SECONDS ? `over ${GOAL_SECONDS} s` : '',
    ]);
  const rows = [HEAD, ...lines];
  const widths = HEAD.map((_, column) => worst(rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
};

/** Keeps a rig's recoveries as `.local/recoveries/<name>-<seed>.json`. */
export const keepRecoveries = (name: string, seed: number, recoveries: readonly Recovery[]): void => {
  mkdirSync(FOLDER, { recursive: true });
  const run: Run = { name, seed, at: new Date().toISOString(), recoveries };
  writeFileSync(`${FOLDER}${name}-${seed}.json`, `${JSON.stringify(run, null, 2)}\n`);
};

/** Everything that rigs have kept. */
export const keptRecoveries = (): readonly Recovery[] => {
  mkdirSync(FOLDER, { recursive: true });
  return readdirSync(FOLDER).flatMap(
    (file) => (JSON.parse(readFileSync(`${FOLDER}${file}`, 'utf8')) as Run).recoveries,
  );
};
