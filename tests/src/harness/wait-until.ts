import { setTimeout as delay } from 'node:timers/promises';
import { type Probe, probeOnce } from '@marketing-streams/embedded/supervise/poll';

/**
 * Asks a probe again and again until it has nothing to complain about. Throws with its last complaint when that
 * takes longer than allowed.
 */
export const waitUntil = async (
  what: string,
  probe: Probe,
  timeoutMilliseconds = 30_000,
  everyMilliseconds = 50,
): Promise<void> => {
  const end = performance.now() + timeoutMilliseconds;
  for (;;) {
    const problem = await probeOnce(probe, AbortSignal.timeout(timeoutMilliseconds));
    if (problem === null) return;
    if (performance.now() > end) {
      throw new Error(`not within ${timeoutMilliseconds / 1000} s: ${what}: ${problem}`);
    }
    await delay(everyMilliseconds);
  }
};
