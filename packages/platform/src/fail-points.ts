/**
 * Named places at which a fault test ends the process as `kill -9` would, or freezes it as SIGSTOP does. A place
 * costs one look-up in an empty map when no fault is asked for.
 *
 * `FAIL_POINTS` holds `name[:count[:action]]` separated by commas: what the action says happens when the place is
 * reached for the count-th time (default the first), and once only. The action `kill` (default) ends the process,
 * `stop` freezes all of it exactly there until somebody sends SIGCONT. Every thread counts for itself.
 */

/** Where a fault can strike within a transaction, in the order in which they are reached. */
export const TRANSACTION_FAIL_POINTS = [
  /** Records are at hand and nothing is worked out yet. */
  'after-poll',
  /** The outputs are in the open transaction, the positions are not. */
  'before-offsets',
  /** Outputs and positions are in the open transaction. */
  'after-send',
  /** The same, after the last look at who owns the task. */
  'before-commit',
  /** The request to commit is with the operating system; nobody has heard an answer. */
  'commit-sent',
  /** The broker has committed, the state store knows nothing of it. */
  'after-commit-before-state',
  'after-state',
] as const;

/** Where a fault can strike. */
const FAIL_POINTS = [
  ...TRANSACTION_FAIL_POINTS,
  /** Inputs that the state lacks are being folded again. */
  'during-restore',
  /** A lost state is being loaded from compacted topics, or what differs is being published. */
  'during-rebuild',
  'between-parquet-and-delta-commit',
  'after-delta-commit',
  /** A merge has read one of its files, or has written its output, which no commit names yet. */
  'during-compaction',
] as const;

export type FailPoint = (typeof FAIL_POINTS)[number];

/** What `FAIL_POINTS` asks for at one place. */
export type PlannedFailure = { left: number; readonly action: 'kill' | 'stop' };

/** Reads `FAIL_POINTS`. Throws an Error naming an entry that is none: a fault that never strikes proves nothing. */
export const parseFailPoints = (text: string): Map<string, PlannedFailure> =>
  new Map(
    text
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [name = '', count = '1', action = 'kill'] = entry.split(':');
        const left = Number(count);
        const isKnown = FAIL_POINTS.some((point) => point === name);
        if (!isKnown || !(left >= 1) || (action !== 'kill' && action !== 'stop')) {
          throw new Error(`FAIL_POINTS: ${entry} is no name[:count[:kill|stop]]`);
        }
        return [name, { left, action }];
      }),
  );

const planned = parseFailPoints(process.env['FAIL_POINTS'] ?? '');

/** True while a fault is still to come at this place: for places that cost something to be prepared for. */
export const isFailPointPlanned = (name: FailPoint): boolean => planned.has(name);

/** Strikes when a fault was asked for at this place and its count is reached. */
export const reachFailPoint = (name: FailPoint): void => {
  const failure = planned.get(name);
  if (failure === undefined || --failure.left > 0) return;
  planned.delete(name);
  process.kill(process.pid, failure.action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
};
