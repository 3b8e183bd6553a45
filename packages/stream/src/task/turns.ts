import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Long synchronous work is done in turns, between which sockets, timers and above all the heartbeats of the group
 * have theirs: a member that is silent for three seconds is thrown out, and its transaction is lost.
 */
export type Turns = {
  /** True when the present turn has lasted long enough; asked every few records, since it looks at the clock. */
  readonly isOver: () => boolean;
  /** Lets everybody else have a turn. Rejects with the signal's reason when it was aborted. */
  readonly next: () => Promise<void>;
};

const TURN_MILLISECONDS = 8;

/** Begins the first turn. */
export const createTurns = (signal?: AbortSignal): Turns => {
  let end = performance.now() + TURN_MILLISECONDS;
  return {
    isOver: () => performance.now() > end,
    next: async () => {
      await nextTurn();
      signal?.throwIfAborted();
      end = performance.now() + TURN_MILLISECONDS;
    },
  };
};
