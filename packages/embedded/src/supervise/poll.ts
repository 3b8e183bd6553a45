import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@marketing-streams/platform/errors';

/** Asks once whether something works: null when it does, else one sentence that says what is missing. */
export type Probe = (signal: AbortSignal) => Promise<string | null>;

/** How long one question may take: a process may accept a connection and never answer. */
const ANSWER_WITHIN_MILLISECONDS = 2000;

/** Runs a probe; a thrown error is a sentence like any other. */
export const probeOnce = async (probe: Probe, signal?: AbortSignal): Promise<string | null> => {
  const timeout = AbortSignal.timeout(ANSWER_WITHIN_MILLISECONDS);
  try {
    return await probe(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
  } catch (error) {
    return messageOf(error);
  }
};

/**
 * Asks until the probe is satisfied. Resolves to null then, or to its last complaint when `signal` aborts.
 */
export const pollUntilWell = async (
  probe: Probe,
  signal: AbortSignal,
  everyMilliseconds = 25,
): Promise<string | null> => {
  let problem: string | null = 'not asked yet';
  while (!signal.aborted) {
    problem = await probeOnce(probe, signal);
    if (problem === null) return null;
    await delay(everyMilliseconds, undefined, { signal }).catch(() => undefined);
  }
  return problem;
};

/** The failed checks in the body of a `/readyz` answer, "name: reason"; null for any other body. */
const failedChecks = (body: string): string | null => {
  try {
    const { checks } = JSON.parse(body) as { checks?: Readonly<Record<string, string>> };
    const failed = Object.entries(checks ?? {}).filter(([, result]) => result !== 'ok');
    return failed.length === 0 ? null : failed.map(([name, reason]) => `${name}: ${reason}`).join('; ');
  } catch {
    return null;
  }
};

/** A probe that is satisfied when `url` answers with a success status; else it gives the answer's reasons. */
export const httpProbe =
  (url: string): Probe =>
  async (signal) => {
    const response = await fetch(url, { signal });
    const body = await response.text();
    if (response.ok) return null;
    return failedChecks(body) ?? `${url} answers ${response.status}: ${body.slice(0, 200)}`;
  };
