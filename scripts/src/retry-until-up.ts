import { setTimeout as sleep } from 'node:timers/promises';
import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';

export type RetryUntilUpOptions = {
  /** What is waited for, as people call it, e.g. "Kafka at 127.0.0.1:19092". */
  readonly what: string;
  /** How long to wait at most; default 60 s. */
  readonly timeoutMilliseconds?: number;
  /** Pause between attempts; default 1 s. */
  readonly pauseMilliseconds?: number;
  /** Told at the first attempt that failed and every five seconds after. */
  readonly onWait?: (message: string) => void;
};

const REPORT_EVERY_MILLISECONDS = 5_000;

const AWAY = ['KAFKA_UNAVAILABLE', 'REGISTRY_UNAVAILABLE', 'KSQLDB_UNAVAILABLE'] as const;

/**
 * Does something that needs Kafka, the registry or ksqlDB, again and again while they are not up yet: jobs start together
 * with them. Rejects with the last outage when the time is over, and at once with anything that is no outage.
 */
export const retryUntilUp = async <T>(
  attempt: () => Promise<T>,
  { what, timeoutMilliseconds = 60_000, pauseMilliseconds = 1_000, onWait = () => {} }: RetryUntilUpOptions,
): Promise<T> => {
  const started = performance.now();
  let nextReport = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPlatformError(error, ...AWAY)) throw error;
      const waited = performance.now() - started;
      if (waited + pauseMilliseconds > timeoutMilliseconds) {
        throw new PlatformError(
          error.code,
          `${what} did not answer within ${timeoutMilliseconds / 1000} s: ${messageOf(error)}`,
          { cause: error },
        );
      }
      if (waited >= nextReport) {
        onWait(`waiting for ${what}, ${Math.round(waited / 1000)} s so far: ${messageOf(error)}`);
        nextReport = waited + REPORT_EVERY_MILLISECONDS;
      }
      await sleep(pauseMilliseconds);
    }
  }
};
