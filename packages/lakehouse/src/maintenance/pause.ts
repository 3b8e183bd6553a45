/** The wait of a kind of work after it has failed, doubled with each failure that follows. */
const FIRST_MILLISECONDS = 5000;
const LONGEST_MILLISECONDS = 600_000;

/** Makes work that fails time and again be tried less and less often. */
export type Pause = {
  readonly isOver: () => boolean;
  /** After a failure. */
  readonly begin: () => void;
  /** After a success. */
  readonly forget: () => void;
};

/** A pause that is over until it begins for the first time; the clock tells epoch milliseconds. */
export const createPause = (clock: () => number): Pause => {
  let until = 0;
  let length = FIRST_MILLISECONDS;
  return {
    isOver: () => clock() >= until,
    begin: () => {
      until = clock() + length;
      length = Math.min(2 * length, LONGEST_MILLISECONDS);
    },
    forget: () => {
      length = FIRST_MILLISECONDS;
    },
  };
};
