/** One value that a record must not have, in words a person can act on. */
export type ValidationProblem = { readonly field: string; readonly value: unknown; readonly message: string };

/** What a valid record gives: one shared empty list, so that checking costs no allocation. */
export const NO_PROBLEMS: readonly ValidationProblem[] = [];

/** No event of ours happened before the year 2000 (UTC), epoch milliseconds. */
export const EARLIEST_TIME = Date.UTC(2000, 0, 1);

/** How far ahead of ours another machine's clock may be: one day, in milliseconds. */
export const CLOCK_TOLERANCE = 86_400_000;

const LONGEST_ID = 200;
const LONGEST_TEXT = 500;

/** Collects problems; `problems` is `NO_PROBLEMS` until there is one. */
export type ProblemCollector = {
  readonly add: (field: string, value: unknown, message: string) => void;
  readonly problems: () => readonly ValidationProblem[];
};

/** An empty collector. */
export const collectProblems = (): ProblemCollector => {
  let found: ValidationProblem[] | undefined;
  return {
    add: (field, value, message) => {
      found ??= [];
      found.push({ field, value, message });
    },
    problems: () => found ?? NO_PROBLEMS,
  };
};

/** An id is 1…200 characters, not only blanks. */
export const checkId = (collector: ProblemCollector, field: string, value: string): void => {
  if (value.trim() === '') collector.add(field, value, 'must not be empty');
  else if (value.length > LONGEST_ID) {
    collector.add(field, value, `must not be longer than ${LONGEST_ID} characters`);
  }
};

/** A text, when given, is 1…500 characters, not only blanks. */
export const checkText = (collector: ProblemCollector, field: string, value: string | null): void => {
  if (value === null) return;
  if (value.trim() === '') collector.add(field, value, 'must not be empty when given');
  else if (value.length > LONGEST_TEXT) {
    collector.add(field, value, `must not be longer than ${LONGEST_TEXT} characters`);
  }
};

/** A time is a whole number of epoch milliseconds from the year 2000 to one day after `reference`. */
export const checkTime = (
  collector: ProblemCollector,
  field: string,
  value: number,
  reference: number,
): void => {
  if (!Number.isSafeInteger(value))
    collector.add(field, value, 'must be a whole number of epoch milliseconds');
  else if (value < EARLIEST_TIME) collector.add(field, value, 'must not be before the year 2000');
  else if (value > reference + CLOCK_TOLERANCE) {
    collector.add(field, value, 'must not be more than one day in the future');
  }
};

/** A closed set of words. */
export const checkOneOf = (
  collector: ProblemCollector,
  field: string,
  value: string,
  allowed: readonly string[],
): void => {
  if (!allowed.includes(value)) collector.add(field, value, `must be one of ${allowed.join(', ')}`);
};

/** All problems as one line for a dead letter: `total_amount = -5: must not be negative; …`. */
export const describeProblems = (problems: readonly ValidationProblem[]): string =>
  problems
    .map(({ field, value, message }) => `${field} = ${JSON.stringify(value) ?? String(value)}: ${message}`)
    .join('; ');
