import { compareUtf8 } from '../schema/utf8-order.ts';

/**
 * The smallest and the largest of the values seen, numbers, bigints and texts apart: a column of 64 bits has both of
 * the former. Numbers begin at Infinity and -Infinity, which no value that counts is.
 */
export type Bounds = {
  low: number;
  high: number;
  lowBig: bigint | null;
  highBig: bigint | null;
  lowText: string | null;
  highText: string | null;
  /** A value was seen that no bound can take in, as NaN. */
  unbounded: boolean;
};

/** Bounds of no value. */
export const noBounds = (): Bounds => ({
  low: Number.POSITIVE_INFINITY,
  high: Number.NEGATIVE_INFINITY,
  lowBig: null,
  highBig: null,
  lowText: null,
  highText: null,
  unbounded: false,
});

/** Takes in a finite number. */
export const observeNumber = (bounds: Bounds, value: number): void => {
  if (value < bounds.low) bounds.low = value;
  if (value > bounds.high) bounds.high = value;
};

export const observeBigint = (bounds: Bounds, value: bigint): void => {
  if (bounds.lowBig === null || value < bounds.lowBig) bounds.lowBig = value;
  if (bounds.highBig === null || value > bounds.highBig) bounds.highBig = value;
};

/** Takes in a text as its UTF-8 bytes will be: a lone surrogate as U+FFFD. */
export const observeText = (bounds: Bounds, value: string, isAscii: boolean): void => {
  const text = isAscii || value.isWellFormed() ? value : value.toWellFormed();
  if (bounds.lowText === null || bounds.highText === null) {
    bounds.lowText = text;
    bounds.highText = text;
  } else if (compareUtf8(text, bounds.lowText) < 0) bounds.lowText = text;
  else if (compareUtf8(text, bounds.highText) > 0) bounds.highText = text;
};

/** Takes in all that other bounds have. */
export const observeBounds = (bounds: Bounds, other: Bounds): void => {
  if (other.low <= other.high) {
    observeNumber(bounds, other.low);
    observeNumber(bounds, other.high);
  }
  if (other.lowBig !== null) observeBigint(bounds, other.lowBig);
  if (other.highBig !== null) observeBigint(bounds, other.highBig);
  if (other.lowText !== null) observeText(bounds, other.lowText, true);
  if (other.highText !== null) observeText(bounds, other.highText, true);
  if (other.unbounded) bounds.unbounded = true;
};

export type Range = {
  readonly min: number | bigint | string;
  readonly max: number | bigint | string;
};

/** The smallest and largest value; null when none was seen or one that has no order. */
export const rangeOf = (bounds: Bounds): Range | null => {
  if (bounds.unbounded) return null;
  if (bounds.lowText !== null && bounds.highText !== null)
    return { min: bounds.lowText, max: bounds.highText };
  const { low, high, lowBig, highBig } = bounds;
  if (lowBig === null || highBig === null) return low <= high ? { min: low, max: high } : null;
  const [min, max] = [lowBig < low, highBig > high];
  return { min: min ? lowBig : low, max: max ? highBig : high };
};
