/** First and last of some times, epoch milliseconds. */
export type TimeSpan = { readonly first: number; readonly last: number };

const extended = (span: TimeSpan | null, time: number): TimeSpan => {
  if (span === null) return { first: time, last: time };
  if (time >= span.first && time <= span.last) return span;
  return { first: Math.min(span.first, time), last: Math.max(span.last, time) };
};

/** The span of all given times; null when there is none. */
export const spanOf = (times: Iterable<number>): TimeSpan | null => {
  let span: TimeSpan | null = null;
  for (const time of times) span = extended(span, time);
  return span;
};

/**
 * The span after one time was replaced; undefined stands for "was not there" and "is gone". `allAfter` is
 * asked only when an end of the span was taken away and the new time does not cover for it.
 */
export const spanAfter = (
  span: TimeSpan | null,
  before: number | undefined,
  after: number | undefined,
  allAfter: () => Iterable<number>,
): TimeSpan | null => {
  if (before !== undefined && span !== null) {
    const firstStays = before > span.first || (after !== undefined && after <= span.first);
    const lastStays = before < span.last || (after !== undefined && after >= span.last);
    if (!(firstStays && lastStays)) return spanOf(allAfter());
  }
  return after === undefined ? span : extended(span, after);
};

/** The latest of some times after one was replaced; `allAfter` is asked only when the latest was taken away. */
export const latestAfter = (
  latest: number | null,
  before: number | undefined,
  after: number | undefined,
  allAfter: () => Iterable<number>,
): number | null => {
  if (latest !== null && before === latest && (after === undefined || after < latest)) {
    return spanOf(allAfter())?.last ?? null;
  }
  if (after === undefined) return latest;
  return latest === null ? after : Math.max(latest, after);
};
