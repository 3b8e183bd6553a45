import { type Probe, pollUntilWell } from '@marketing-streams/embedded/supervise/poll';

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
  const problem = await pollUntilWell(probe, AbortSignal.timeout(timeoutMilliseconds), everyMilliseconds);
  if (problem !== null) throw new Error(`not within ${timeoutMilliseconds / 1000} s: ${what}: ${problem}`);
};
