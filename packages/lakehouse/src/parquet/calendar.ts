const MILLISECONDS_PER_DAY = 86_400_000;

/** `YYYY-MM-DD`, and what ISO 8601 has for years beyond four digits. */
const DATE = /^(?:\d{4}|[+-]\d{6})-\d{2}-\d{2}$/;

/** Days since the epoch of a date; null for what is none. */
export const daysOf = (text: string): number | null => {
  if (!DATE.test(text)) return null;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  // Date.parse takes 2024-02-30 for the first of March.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(text)) return null;
  return milliseconds / MILLISECONDS_PER_DAY;
};

/** The date of a number of days since the epoch. Throws RangeError some 270 000 years from 1970. */
export const dateOf = (days: number): string => {
  const text = new Date(days * MILLISECONDS_PER_DAY).toISOString();
  return text.slice(0, text.length - 'T00:00:00.000Z'.length);
};

/** The furthest moment from 1970, in milliseconds, that a JavaScript Date holds. */
const FURTHEST = 8.64e15;

/** Up to this many milliseconds (the year 2248) a fraction still tells microseconds apart. */
const EXACT_FRACTIONS = 2 ** 43;

/**
 * Microseconds since the epoch of a timestamp as rows hold it: a safe integer as a number, others as bigint. Null for
 * what is no timestamp.
 */
export const microsecondsOf = (value: unknown): number | bigint | null => {
  if (typeof value === 'number') {
    const microseconds = Math.round(value * 1000);
    if (Number.isSafeInteger(microseconds)) return microseconds;
    if (!(Math.abs(value) <= FURTHEST)) return null;
    return BigInt(Math.trunc(value)) * 1000n + BigInt(Math.round((value % 1) * 1000));
  }
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
  return null;
};

/** A timestamp as rows hold it: milliseconds where they are exact, else bigint microseconds. */
export const timestampOf = (microseconds: bigint): number | bigint => {
  const rounded = Number(microseconds);
  if (Math.abs(rounded) < EXACT_FRACTIONS * 1000) return rounded / 1000;
  if (microseconds % 1000n !== 0n) return microseconds;
  const milliseconds = Number(microseconds / 1000n);
  return Math.abs(milliseconds) <= FURTHEST ? milliseconds : microseconds;
};
