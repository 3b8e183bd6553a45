import type { TaskContext, Timer } from '../processor.ts';
import type { StateView } from '../state/state-view.ts';
import type { Output } from '../step.ts';

/** The clocks of a transaction's end, epoch milliseconds. */
export type Clocks = { readonly wallClock: number; readonly streamTime: number };

const clockOf = (timer: Timer, clocks: Clocks): number =>
  timer.clock === 'wall-clock' ? clocks.wallClock : clocks.streamTime;

/**
 * Timers that have to run: their clock went on by their period since they ran last. A timer that never ran
 * counts from the clock's first reading, which `startTimers` notes.
 */
export const dueTimers = (
  timers: readonly Timer[],
  lastRuns: Readonly<Record<string, number>>,
  clocks: Clocks,
): readonly Timer[] =>
  timers.filter((timer) => {
    const last = lastRuns[timer.name];
    return last !== undefined && clockOf(timer, clocks) - last >= timer.everyMilliseconds;
  });

/**
 * Milliseconds until the first wall-clock timer is due; infinite without one. One that has no reading yet is due a
 * period after `since`, also when no record ever comes: the transaction that is made then notes its first reading.
 */
export const untilNextTimer = (
  timers: readonly Timer[],
  lastRuns: Readonly<Record<string, number>>,
  wallClock: number,
  since: number,
): number =>
  Math.min(
    Number.POSITIVE_INFINITY,
    ...timers
      .filter(({ clock }) => clock === 'wall-clock')
      .map(({ name, everyMilliseconds }) => (lastRuns[name] ?? since) + everyMilliseconds - wallClock),
  );

/** The last runs with a first reading for timers that have none yet and whose clock has begun. */
export const startTimers = (
  timers: readonly Timer[],
  lastRuns: Readonly<Record<string, number>>,
  clocks: Clocks,
): Readonly<Record<string, number>> => {
  const fresh = timers.filter((timer) => lastRuns[timer.name] === undefined && clockOf(timer, clocks) > 0);
  if (fresh.length === 0) return lastRuns;
  return { ...lastRuns, ...Object.fromEntries(fresh.map((timer) => [timer.name, clockOf(timer, clocks)])) };
};

/** Runs timers; gives their outputs and the last runs after it. */
export const runTimers = (
  timers: readonly Timer[],
  lastRuns: Readonly<Record<string, number>>,
  clocks: Clocks,
  state: StateView,
  partitions: readonly number[],
): { readonly outputs: readonly Output[]; readonly lastRuns: Readonly<Record<string, number>> } => {
  const outputs: Output[] = [];
  const runs: Record<string, number> = { ...lastRuns };
  for (const timer of timers) {
    const now = clockOf(timer, clocks);
    const context: TaskContext = { state, now, partitions };
    outputs.push(...timer.run(context));
    runs[timer.name] = now;
  }
  return { outputs, lastRuns: runs };
};
