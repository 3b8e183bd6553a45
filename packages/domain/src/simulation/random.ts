/** A stream of random numbers that a seed decides: the same seed gives the same numbers on every machine. */
export type Random = {
  /** The next number, 0 ≤ x < 1. */
  readonly uniform: () => number;
};

/** Mixes bits well enough that neighbouring seeds give unrelated streams (Murmur3's finaliser). */
const scramble = (value: number): number => {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/**
 * A stream of its own for every list of whole numbers, e.g. `createRandom(seed, customerIndex)`: what one
 * customer does then never shifts what another one does. Generator: sfc32 (Doty-Humphrey, PractRand).
 */
export const createRandom = (...seed: readonly number[]): Random => {
  let hash = 0x9e3779b9;
  for (const part of seed) hash = scramble(Math.imul(hash, 31) + scramble(part));
  let a = scramble(hash + 1);
  let b = scramble(hash + 2);
  let c = scramble(hash + 3);
  let counter = 1;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return result >>> 0;
  };
  for (let round = 0; round < 12; round += 1) next();
  return { uniform: () => next() / 4_294_967_296 };
};

/** True with the given probability. */
export const chance = (random: Random, probability: number): boolean => random.uniform() < probability;

/** A whole number, both ends included. */
export const integerBetween = (random: Random, low: number, high: number): number =>
  low + Math.floor(random.uniform() * (high - low + 1));

/** One of the given, each as likely as the others. Throws a RangeError when there is none. */
export const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random.uniform() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
};

/** One of the given, as likely as its weight says. Throws a RangeError when there is none. */
export const pickWeighted = <Item extends { readonly weight: number }>(
  random: Random,
  items: readonly Item[],
): Item => {
  let left = random.uniform() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError('nothing to pick from');
  return last;
};

/** Normally distributed with mean 0 and variance 1 (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

/** Exponentially distributed: the wait for the next event of a rate. Endless for a rate of 0. */
export const waitFor = (random: Random, rate: number): number => -Math.log(1 - random.uniform()) / rate;

/** Gamma distributed with mean shape × scale (Marsaglia and Tsang 2000; shapes below 1 by their boost). */
export const gamma = (random: Random, shape: number, scale: number): number => {
  if (shape < 1) return gamma(random, shape + 1, scale) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return d * v * scale;
    }
  }
};

/** Beta distributed on 0…1 with mean a ÷ (a + b). */
export const beta = (random: Random, a: number, b: number): number => {
  const x = gamma(random, a, 1);
  return x / (x + gamma(random, b, 1));
};
