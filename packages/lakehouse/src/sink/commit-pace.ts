/** How long records may wait for their commit. */
export type CommitPace = {
  /** Milliseconds from the first record that waits to the commit. */
  readonly next: () => number;
  /** True when a commit that has waited so long, `records` having come in the last `wait` of it, should wait on. */
  readonly waitsOn: (records: number, wait: number, waited: number) => boolean;
  /** A commit has ended. */
  readonly committed: () => void;
};

/** How much longer each commit of a busy table waits than the one before. */
const GROWTH = 1.25;

/** A table that is fed so much a second is being filled from a backlog. */
const BACKLOG_RECORDS_PER_SECOND = 2_500;

/** A rate over a shorter time says little. */
const SHORTEST_MEASURED_MILLISECONDS = 500;

/**
 * A table that was quiet commits soon: somebody may be looking for the one record that came. One that is fed all
 * the time waits longer and longer, up to `longest`: each commit costs files, syncs and tombstones whether it holds
 * ten rows or a thousand. While a backlog is worked off nobody can see the newest row anyway, and what waits for
 * `backlog` is one row of a key instead of several. `clock` gives milliseconds.
 */
export const createCommitPace = (
  shortest: number,
  longest: number,
  backlog: number,
  clock: () => number = () => performance.now(),
): CommitPace => {
  let wait = shortest;
  let committedAt: number | null = null;
  return {
    next: () => {
      const isQuiet = committedAt === null || clock() - committedAt > longest;
      wait = isQuiet ? shortest : Math.min(wait * GROWTH, Math.max(shortest, longest));
      return wait;
    },
    waitsOn: (records, wait, waited) =>
      wait >= SHORTEST_MEASURED_MILLISECONDS &&
      waited < backlog &&
      records * 1000 >= BACKLOG_RECORDS_PER_SECOND * wait,
    committed: () => {
      committedAt = clock();
    },
  };
};
