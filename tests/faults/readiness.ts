import { waitUntil } from '../src/harness/wait-until.ts';

/** What `/readyz` answers: every check with `ok` or what is wrong. */
type ReadinessAnswer = { readonly ready: boolean; readonly checks: Readonly<Record<string, string>> };

/** What a service's readiness complains of, one line per check; empty when it is ready. Rejects when it is down. */
export const complaintsOf = async (url: string): Promise<readonly string[]> => {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
  const { checks } = (await response.json()) as ReadinessAnswer;
  return Object.entries(checks).flatMap(([name, problem]) =>
    problem === 'ok' ? [] : [`${name}: ${problem}`],
  );
};

/** Waits until a service says itself, in its readiness, what it waits for. */
export const untilComplaining = (url: string, about: RegExp): Promise<void> =>
  waitUntil(`${url} says in its readiness what is wrong (${about})`, async () => {
    const complaints = await complaintsOf(url);
    return complaints.some((complaint) => about.test(complaint))
      ? null
      : complaints.join('; ') || 'it is ready';
  });

/** Waits until a service is ready. */
export const untilReady = (url: string): Promise<void> =>
  waitUntil(`${url} is ready`, async () => (await complaintsOf(url)).join('; ') || null);
