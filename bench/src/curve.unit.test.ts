import { expect, it } from 'vitest';
import { chosenOf, sizeName } from './curve.ts';

it('chooses different customers all over the population, the same every time', () => {
  const chosen = chosenOf(100_000, 1000, 7);
  expect(new Set(chosen).size).toBe(1000);
  expect(chosenOf(100_000, 1000, 7)).toEqual(chosen);
  const indices = chosen.map((id) => Number(id.slice('curve-'.length)));
  expect(Math.min(...indices)).toBeLessThan(1000);
  expect(Math.max(...indices)).toBeGreaterThan(99_000);
  expect(chosenOf(10, 1000, 7)).toHaveLength(10);
});

it('names sizes as people do', () => {
  expect([500, 10_000, 100_000, 1_000_000].map(sizeName)).toEqual(['500', '10k', '100k', '1M']);
});
