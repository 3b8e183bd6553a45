import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beta,
  chance,
  createRandom,
  gamma,
  integerBetween,
  normal,
  pick,
  pickWeighted,
  type Random,
  waitFor,
} from './random.ts';

const SAMPLES = 20_000;
const sample = (draw: (random: Random) => number): number[] => {
  const random = createRandom(7, 11);
  return Array.from({ length: SAMPLES }, () => draw(random));
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};

describe('createRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const first = (...seed: number[]) => Array.from({ length: 4 }, createRandom(...seed).uniform);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, index) => {
        expect(first(seed, index)).toEqual(first(seed, index));
        expect(first(seed, index)).not.toEqual(first(seed, index + 1));
        expect(first(seed, index)).not.toEqual(first(seed + 1, index));
      }),
    );
  });

  it('spreads neighbouring seeds evenly', () => {
    const firsts = Array.from({ length: SAMPLES }, (_, index) => createRandom(42, index).uniform());
    expect(mean(firsts)).toBeCloseTo(1 / 2, 1);
    expect(variance(firsts)).toBeCloseTo(1 / 12, 2);
    const tenths = new Array<number>(10).fill(0);
    for (const value of firsts) tenths[Math.floor(value * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count / SAMPLES - 0.1)).toBeLessThan(0.01);
  });
});

describe('distributions', () => {
  it.each([
    ['normal', (random: Random) => normal(random), 0, 1],
    ['exponential', (random: Random) => waitFor(random, 4), 1 / 4, 1 / 16],
    ['gamma', (random: Random) => gamma(random, 3, 2), 6, 12],
    ['gamma of a small shape', (random: Random) => gamma(random, 0.5, 2), 1, 2],
    ['beta', (random: Random) => beta(random, 2, 6), 0.25, 12 / 576],
    ['chance', (random: Random) => Number(chance(random, 0.3)), 0.3, 0.21],
    ['integers, both ends included', (random: Random) => integerBetween(random, 1, 6), 3.5, 35 / 12],
  ])('%s: mean and variance', (_, draw, expectedMean, expectedVariance) => {
    const values = sample(draw);
    // Five standard errors of the mean: a wrong formula is far outside.
    expect(Math.abs(mean(values) - expectedMean)).toBeLessThan(5 * Math.sqrt(expectedVariance / SAMPLES));
    expect(Math.abs(variance(values) / expectedVariance - 1)).toBeLessThan(0.15);
  });

  it('picks by weight and from all', () => {
    const options = [
      { name: 'often', weight: 9 },
      { name: 'never', weight: 0 },
      { name: 'seldom', weight: 1 },
    ];
    const random = createRandom(3);
    const names = Array.from({ length: SAMPLES }, () => pickWeighted(random, options).name);
    expect(names.filter((name) => name === 'often').length / SAMPLES).toBeCloseTo(0.9, 1);
    expect(names).not.toContain('never');
    expect(new Set(Array.from({ length: 100 }, () => pick(random, [1, 2, 3]))).size).toBe(3);
    expect(() => pick(random, [])).toThrow(RangeError);
    expect(() => pickWeighted(random, [])).toThrow(RangeError);
  });
});
