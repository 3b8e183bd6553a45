/** How long records may wait for their commit. */
export type CommitPace = {
  /** Milliseconds from the first record that waits to the commit. */
  readonly next: () => number;
  /** A commit has ended. */
  readonly committed: () => void;
};

/** How much longer each commit of a busy table waits than the one before. */
const GROWTH = 1.25;

/**
 * A table that was quiet commits soon: somebody may be looking for the one record that came. One that is fed all
 * the time waits longer and longer, up to `longest`: each commit costs files, syncs and tombstones whether it holds
 * ten rows or a thousand. `clock` gives milliseconds.
 */
export const createCommitPace = (
  shortest: number,
  longest: number,
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
    committed: () => {
      committedAt = clock();
    },
  };
};
