/** What a process's tables have taken so far and what they have not. */
export type RushFigures = {
  /** Sum of the positions of all partitions: grows by the records that are handed to the sink. */
  readonly delivered: number;
  /** Records that no table of the process holds yet. */
  readonly missing: number;
};

/** More than a second or two of live traffic leaves waiting: there is a backlog. */
const BACKLOG_RECORDS = 10_000;

/** A sink that takes more than this a second works off what its service works off: nobody waits for tidiness. */
const RUSH_RECORDS_PER_SECOND = 1_000;

/** Rates are taken over at least so long. */
const SAMPLE_MILLISECONDS = 2_000;

/** A backlog comes in waves, and the service before or behind may still be at it. */
const CALM_MILLISECONDS = 10_000;

/**
 * What lasts longer is no backlog that will soon be gone but the traffic there is: tables that are merged late for ever
 * are slower to read for ever.
 */
const LONGEST_MILLISECONDS = 120_000;

/**
 * Tells whether the tables of a process are being filled from a backlog, or were ten seconds ago: then the cores have
 * better to do than to merge files that the next commit makes hollow. Two minutes after it began it no longer counts,
 * until there is calm again. The process counts as one, since its tables share the cores. `clock` gives milliseconds.
 */
export const createRush = (
  look: () => RushFigures,
  clock: () => number = () => performance.now(),
): (() => boolean) => {
  let sample = { at: clock(), delivered: look().delivered };
  let rushUntil = Number.NEGATIVE_INFINITY;
  let began: number | null = null;
  return () => {
    const now = clock();
    const { delivered, missing } = look();
    const seconds = (now - sample.at) / 1000;
    const isMeasured = seconds * 1000 >= SAMPLE_MILLISECONDS;
    const isFast = isMeasured && delivered - sample.delivered >= RUSH_RECORDS_PER_SECOND * seconds;
    if (missing >= BACKLOG_RECORDS || isFast) rushUntil = now + CALM_MILLISECONDS;
    if (isMeasured) sample = { at: now, delivered };
    if (now >= rushUntil) began = null;
    else began ??= now;
    return began !== null && now - began < LONGEST_MILLISECONDS;
  };
};
