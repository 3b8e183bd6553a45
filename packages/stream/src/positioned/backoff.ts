/** How long to wait before each try to go on; remembers failures, for a sink fails only some time after it went on. */
export type Backoff = {
  /** Milliseconds to wait before the next try. */
  readonly next: () => number;
  /** A try went well: when nothing fails for a while, the next wait is the shortest again. */
  readonly wentOn: () => void;
};

const FIRST_MILLISECONDS = 100;
const LONGEST_MILLISECONDS = 5_000;

/** Failing again within this time of going on means that the failure has not passed. */
const CALM_MILLISECONDS = 2 * LONGEST_MILLISECONDS;

/** Waits that double up to five seconds. `clock` gives milliseconds. */
export const createBackoff = (clock: () => number = () => performance.now()): Backoff => {
  let wait = FIRST_MILLISECONDS;
  let wentOnAt: number | null = null;
  return {
    next: () => {
      if (wentOnAt !== null && clock() - wentOnAt > CALM_MILLISECONDS) wait = FIRST_MILLISECONDS;
      wentOnAt = null;
      const current = wait;
      wait = Math.min(wait * 2, LONGEST_MILLISECONDS);
      return current;
    },
    wentOn: () => {
      wentOnAt = clock();
    },
  };
};
