import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError } from './errors.ts';
import type { Logger } from './logging.ts';

export type UntilAvailableOptions = {
  /** Told what is waited for, for the readiness of the service, and null when the wait is over. */
  readonly onWaiting: (problem: string | null) => void;
  readonly logger: Logger;
};

const FIRST_WAIT_MILLISECONDS = 50;
const LONGEST_WAIT_MILLISECONDS = 1_000;

/**
 * Runs an action of a service's start until it succeeds. An outage (a retriable PlatformError, or a full disk) is waited out,
 * however long it lasts: a process that ended over it would only be started again to meet it once more. Rejects with any
 * other error.
 */
export const untilAvailable = async <T>(
  action: () => Promise<T>,
  { onWaiting, logger }: UntilAvailableOptions,
): Promise<T> => {
  for (let wait = FIRST_WAIT_MILLISECONDS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MILLISECONDS)) {
    try {
      const result = await action();
      onWaiting(null);
      return result;
    } catch (error) {
      if (!isPlatformError(error) || !(error.retriable || error.code === 'DISK_FULL')) throw error;
      if (wait === FIRST_WAIT_MILLISECONDS) logger.warn({ code: error.code }, `waiting: ${error.message}`);
      onWaiting(error.message);
      await delay(wait);
    }
  }
};
