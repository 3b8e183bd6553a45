import { setTimeout as sleep } from 'node:timers/promises';
import { isPlatformError } from '@marketing-streams/platform/errors';

const SHORTEST_WAIT_MILLISECONDS = 200;
const LONGEST_WAIT_MILLISECONDS = 5_000;

export type Patience = {
  /**
   * Tries until it succeeds, waiting longer each time (0.2 s to 5 s). Only a retriable PlatformError is waited
   * for; anything else, and the abort signal's reason, is thrown.
   */
  readonly insist: <Result>(attempt: () => Promise<Result>) => Promise<Result>;
  /** What is being waited for at the moment; null when all is well. */
  readonly problem: () => string | null;
};

/** Resolves after the time, rejects when the signal is aborted first. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const waitForTime: Wait = (milliseconds, signal) => sleep(milliseconds, undefined, { signal });

/** Waits for outages to end; `onOutage` hears of every failed attempt. */
export const createPatience = (
  signal: AbortSignal,
  onOutage: (error: Error, waitMilliseconds: number) => void,
  wait: Wait = waitForTime,
): Patience => {
  let problem: string | null = null;
  return {
    problem: () => problem,
    insist: async (attempt) => {
      for (let time = SHORTEST_WAIT_MILLISECONDS; ; time = Math.min(time * 2, LONGEST_WAIT_MILLISECONDS)) {
        signal.throwIfAborted();
        try {
          const result = await attempt();
          problem = null;
          return result;
        } catch (error) {
          if (!isPlatformError(error) || !error.retriable) throw error;
          problem = error.message;
          onOutage(error, time);
          await wait(time, signal);
        }
      }
    },
  };
};
