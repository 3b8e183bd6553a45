import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@marketing-streams/platform/errors';
import { http } from '@marketing-streams/platform/node-http';

/** Asks once whether something works: null when it does, else one sentence that says what is missing. */
export type Probe = (signal: AbortSignal) => Promise<string | null>;

/** How long one question may take: a process may accept a connection and never answer. */
const ANSWER_WITHIN_MILLISECONDS = 2000;

/** Runs a probe; a thrown error is a sentence like any other, and so is no answer within `answerWithin` milliseconds. */
export const probeOnce = async (
  probe: Probe,
  signal?: AbortSignal,
  answerWithin = ANSWER_WITHIN_MILLISECONDS,
): Promise<string | null> => {
  const timeout = AbortSignal.timeout(answerWithin);
  try {
    return await probe(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
  } catch (error) {
    return timeout.aborted ? `no answer within ${answerWithin / 1000} s` : messageOf(error);
  }
};

const FIRST_PAUSE_MILLISECONDS = 20;
const LONGEST_PAUSE_MILLISECONDS = 100;
const PAUSE_GROWTH = 1.15;

/**
 * Asks until the probe is satisfied. Resolves to null then, or to its last complaint when `signal` aborts.
 * Unless a pause is given, pauses grow from 20 to 100 ms: ten processes that start at once must not be kept busy
 * with answering.
 */
export const pollUntilWell = async (
  probe: Probe,
  signal: AbortSignal,
  pauseMilliseconds?: number,
): Promise<string | null> => {
  let problem: string | null = 'not asked yet';
  let pause = pauseMilliseconds ?? FIRST_PAUSE_MILLISECONDS;
  while (!signal.aborted) {
    problem = await probeOnce(probe, signal);
    if (problem === null) return null;
    await delay(pause, undefined, { signal }).catch(() => undefined);
    pause = pauseMilliseconds ?? Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MILLISECONDS);
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

type Answer = { readonly status: number; readonly body: string };

/** `node:http` and not `fetch`, which costs a supervisor of ten processes several times the CPU. */
const ask = (url: string, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = http.get(url, { signal, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on('error', reject);
  });

/** A probe that is satisfied when `url` answers with success or a redirection; else it gives the answer's reasons. */
export const httpProbe =
  (url: string): Probe =>
  async (signal) => {
    const { status, body } = await ask(url, signal);
    if (status >= 200 && status < 400) return null;
    return failedChecks(body) ?? `${url} answers ${status}: ${body.slice(0, 200)}`;
  };
