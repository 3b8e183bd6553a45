/**
 * Named places at which a fault test ends the process as `kill -9` would. A place costs one set look-up when
 * no fault is asked for.
 *
 * `FAIL_POINTS` holds `name[:count]` separated by commas: the process kills itself when the place is reached
 * for the count-th time (default the first).
 */
export type FailPoint =
  | 'after-send'
  | 'before-commit'
  | 'after-commit-before-state'
  | 'after-state'
  | 'between-parquet-and-delta-commit'
  | 'after-delta-commit';

const remaining = new Map<string, number>(
  (process.env['FAIL_POINTS'] ?? '')
    .split(',')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [name = '', count = '1'] = entry.split(':');
      return [name, Number(count)];
    }),
);

/** Kills the process with SIGKILL when a fault was asked for at this place and its count is reached. */
export const reachFailPoint = (name: FailPoint): void => {
  const left = remaining.get(name);
  if (left === undefined) return;
  if (left > 1) {
    remaining.set(name, left - 1);
    return;
  }
  process.kill(process.pid, 'SIGKILL');
};
