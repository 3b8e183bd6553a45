/** A moment: milliseconds since 1970-01-01T00:00:00Z, a safe integer (Avro `timestamp-millis`). */
export type EpochMilliseconds = number;

/** The furthest moment from 1970, in either direction, that a JavaScript `Date` can show (ECMA-262, 21.4.1.1). */
export const MAX_EPOCH_MILLISECONDS: EpochMilliseconds = 8_640_000_000_000_000;

/** True for a whole number of milliseconds that is a real moment. */
export const isEpochMilliseconds = (value: unknown): value is EpochMilliseconds =>
  Number.isInteger(value) && Math.abs(value as number) <= MAX_EPOCH_MILLISECONDS;
