import { describe, expect, it } from 'vitest';
import { afterWarmUp, trendOf } from './trend.ts';

const every = (step: number, values: readonly number[]) =>
  values.map((value, index) => ({ seconds: index * step, value }));

describe('the line through samples', () => {
  it('finds a steady growth through a saw tooth', () => {
    // One a minute more, and garbage collected every second sample.
    const values = Array.from({ length: 61 }, (_, index) => 100 + index + (index % 2 === 0 ? 10 : -10));
    const { first, last, perHour } = trendOf(every(60, values));
    expect(perHour).toBeCloseTo(60, 0);
    expect(first).toBeCloseTo(100, 0);
    expect(last).toBeCloseTo(160, 0);
  });

  it('is flat for one sample, for samples of one time, and without any', () => {
    expect(trendOf([{ seconds: 5, value: 7 }])).toEqual({ first: 7, last: 7, perHour: 0 });
    expect(trendOf(every(0, [6, 8]))).toEqual({ first: 7, last: 7, perHour: 0 });
    expect(trendOf([])).toEqual({ first: 0, last: 0, perHour: 0 });
  });
});

it('leaves out the samples of the warm-up', () => {
  expect(afterWarmUp(every(10, [1, 2, 3, 4, 5]), 0.5).map(({ value }) => value)).toEqual([3, 4, 5]);
  expect(afterWarmUp([], 0.5)).toEqual([]);
});
