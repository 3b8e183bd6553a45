import { describe, expect, it } from 'vitest';
import { lagMetrics } from './campaigns.ts';

/** Samples every quarter of a second for ten seconds at 1,000 a second. */
const samples = (lagAt: (seconds: number) => number) =>
  Array.from({ length: 41 }, (_, index) => {
    const seconds = index / 4;
    return { seconds, written: seconds * 1000, read: seconds * 1000 - lagAt(seconds) };
  });

const figures = (lagAt: (seconds: number) => number): readonly number[] =>
  lagMetrics('rush', samples(lagAt), 1000).map(({ value }) => value);

describe('the lag of a rush', () => {
  it('is told in seconds of the rate, and does not grow while it stays', () => {
    expect(figures(() => 200)).toEqual([0.2, 0]);
  });

  it('grows by what comes in and is not read', () => {
    expect(figures((seconds) => 100 * seconds)).toEqual([0.5, 1]);
  });

  it('that shrinks is no growth', () => {
    expect(figures((seconds) => 1000 - 100 * seconds)).toEqual([0.5, 0]);
  });
});
