/** A moment: milliseconds since 1970-01-01T00:00:00Z, a safe integer (Avro `timestamp-millis`). */
export type EpochMilliseconds = number;

/**
 * The furthest moment from 1970, in either direction, that the contracts take (the year 144,683): within what a
 * JavaScript Date can show, and as far as avsc reads a long rightly (zigzag doubles it, and a double is exact up
 * to 2^53 only; beyond, negative longs come back positive).
 */
export const MAX_EPOCH_MILLISECONDS: EpochMilliseconds = 2 ** 52 - 1;

/** True for a whole number of milliseconds that is a real moment. */
export const isEpochMilliseconds = (value: unknown): value is EpochMilliseconds =>
  Number.isInteger(value) && Math.abs(value as number) <= MAX_EPOCH_MILLISECONDS;
