/** A figure at a time. */
export type Sample = { readonly seconds: number; readonly value: number };

/** The straight line through samples by least squares; level 0 and flat without any. */
export type Trend = {
  /** Of the line at the first and at the last sample. */
  readonly first: number;
  readonly last: number;
  readonly perHour: number;
};

/** Fits a line through samples taken in the order of their time. */
export const trendOf = (samples: readonly Sample[]): Trend => {
  const count = samples.length;
  if (count === 0) return { first: 0, last: 0, perHour: 0 };
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / count;
  const meanTime = mean(({ seconds }) => seconds);
  const meanValue = mean(({ value }) => value);
  const spread = mean(({ seconds }) => (seconds - meanTime) ** 2);
  const slope =
    spread === 0 ? 0 : mean(({ seconds, value }) => (seconds - meanTime) * (value - meanValue)) / spread;
  const at = ({ seconds }: Sample): number => meanValue + slope * (seconds - meanTime);
  return { first: at(samples[0]!), last: at(samples[count - 1]!), perHour: slope * 3600 };
};

/** The samples after the given share (0…1) of the time that all of them span. */
export const afterWarmUp = (samples: readonly Sample[], share: number): readonly Sample[] => {
  const begin = samples[0]?.seconds ?? 0;
  const end = samples.at(-1)?.seconds ?? 0;
  return samples.filter(({ seconds }) => seconds >= begin + share * (end - begin));
};
