import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@marketing-streams/platform/errors';

/** Asks once whether something works: null when it does, else one sentence that says what is missing. */
export type Probe = (signal: AbortSignal) => Promise<string | null>;

/** Runs a probe; a thrown error is a sentence like any other. */
export const probeOnce = async (probe: Probe, signal: AbortSignal): Promise<string | null> => {
  try {
    return await probe(signal);
  } catch (error) {
    return messageOf(error);
  }
};

/**
 * Asks until the probe is satisfied. Resolves to null then, or to its last complaint when `signal` aborts.
 * Each question gets at most two seconds, for a process that accepts a connection and never answers.
 */
export const pollUntilWell = async (
  probe: Probe,
  signal: AbortSignal,
  everyMilliseconds = 25,
): Promise<string | null> => {
  let problem: string | null = 'not asked yet';
  while (!signal.aborted) {
    problem = await probeOnce(probe, AbortSignal.any([signal, AbortSignal.timeout(2000)]));
    if (problem === null) return null;
    await delay(everyMilliseconds, undefined, { signal }).catch(() => undefined);
  }
  return problem;
};

/** A probe that is satisfied when `url` answers with a status below 400. */
export const httpProbe =
  (url: string): Probe =>
  async (signal) => {
    const response = await fetch(url, { signal });
    const body = await response.text();
    return response.ok ? null : `${url} answers ${response.status}: ${body.slice(0, 200)}`;
  };
