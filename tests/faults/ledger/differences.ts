import { isDeepStrictEqual } from 'node:util';

/** More are only counted: the first ones tell what is wrong. */
const MOST_SHOWN = 20;

/**
 * What two views of the same things disagree on, in words; empty when they agree. Only the fields that `expected`
 * has are compared.
 */
export const differences = <Expected extends object>(
  store: string,
  expected: ReadonlyMap<string, Expected>,
  actual: ReadonlyMap<string, object>,
): readonly string[] => {
  const found: string[] = [];
  for (const [key, wanted] of expected) {
    const seen = actual.get(key) as Readonly<Record<string, unknown>> | undefined;
    if (seen === undefined) {
      found.push(`${store} lacks ${key}`);
      continue;
    }
    for (const [field, value] of Object.entries(wanted)) {
      if (!isDeepStrictEqual(seen[field], value)) {
        found.push(
          `${store}: ${field} of ${key} is ${JSON.stringify(seen[field])}, not ${JSON.stringify(value)}`,
        );
      }
    }
  }
  for (const key of actual.keys())
    if (!expected.has(key)) found.push(`${store} has ${key}, which nobody sent`);
  return found.length > MOST_SHOWN
    ? [...found.slice(0, MOST_SHOWN), `… and ${found.length - MOST_SHOWN} more`]
    : found;
};
