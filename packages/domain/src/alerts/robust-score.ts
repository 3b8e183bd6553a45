/** Makes the median of absolute deviations of normally distributed values their standard deviation. */
const MAD_TO_DEVIATION = 1.4826;

/** What hardly varies is not held to less than this part of its median: a cent more would be an anomaly otherwise. */
const SMALLEST_SPREAD = 0.05;

/** How far a value lies from what is usual. */
export type RobustScore = {
  /** |value − median| in robust standard deviations. */
  readonly score: number;
  readonly median: number;
};

const middle = (sorted: ArrayLike<number>): number => {
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

const medianOf = (values: readonly number[]): number => middle(Float64Array.from(values).sort());

/**
 * The robust z-score of a value: |x − median| ÷ (1.4826 · MAD), which former outliers hardly move. Null when the
 * usual value is 0 and never varies, and for no usual values at all: nothing can be said then.
 */
export const robustScore = (value: number, usual: readonly number[]): RobustScore | null => {
  if (usual.length === 0) return null;
  const median = medianOf(usual);
  const deviation = medianOf(usual.map((one) => Math.abs(one - median)));
  const spread = Math.max(deviation * MAD_TO_DEVIATION, Math.abs(median) * SMALLEST_SPREAD);
  return spread === 0 ? null : { score: Math.abs(value - median) / spread, median };
};
