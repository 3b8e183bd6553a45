/** Turns passing time into whole events. */
export type Pacer = {
  /** How many events are due after another `milliseconds` have gone by, at `factor` times the rate. */
  readonly due: (milliseconds: number, factor?: number) => number;
};

/** A stall counts for no longer than this: a flood of what was missed helps nobody. */
const LONGEST_STALL_MILLISECONDS = 1_000;

/** A pacer of `rate` events a second; what is left of an event is kept for the next call. */
export const createPacer = (rate: number): Pacer => {
  const longest = Math.max(LONGEST_STALL_MILLISECONDS, 1000 / rate);
  let owed = 0;
  return {
    due: (milliseconds, factor = 1) => {
      owed += (factor * rate * Math.min(milliseconds, longest)) / 1000;
      const events = Math.floor(owed);
      owed -= events;
      return events;
    },
  };
};
