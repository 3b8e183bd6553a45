import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../.local/recoveries/', import.meta.url));

/** Issue and design: from the kill to lag zero at 200 records a second. */
const RECOVERY_GOAL_SECONDS = 6;

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

const cells = ({ fault, lagZeroSeconds, tablesSeconds, recordsMeanwhile }: Recovery): readonly string[] => [
  fault,
  lagZeroSeconds.toFixed(1),
  tablesSeconds.toFixed(1),
  String(recordsMeanwhile),
  lagZeroSeconds > RECOVERY_GOAL_SECONDS ? `over ${RECOVERY_GOAL_SECONDS} s` : '',
];

const HEAD = ['fault', 'lag zero s', 'tables s', 'records', ''];

/** The recoveries as a table to print, slowest first. */
export const recoveryTable = (recoveries: readonly Recovery[]): string => {
  const rows = [HEAD, ...recoveries.toSorted((a, b) => b.lagZeroSeconds - a.lagZeroSeconds).map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** Keeps a rig's recoveries as `.local/recoveries/<name>-<seed>.json`. */
export const keepRecoveries = (name: string, seed: number, recoveries: readonly Recovery[]): void => {
  mkdirSync(FOLDER, { recursive: true });
  const run = { name, seed, at: new Date().toISOString(), recoveries };
  writeFileSync(`${FOLDER}${name}-${seed}.json`, `${JSON.stringify(run, null, 2)}\n`);
};
