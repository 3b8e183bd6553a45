import { expect, it } from 'vitest';
import { createChangedKeys } from './changed-keys.ts';

/** Keys of 50 customers, beyond the basic plane too, some of them several times. */
const keyOf = (number: number): string =>
  `o${number % 50 < 25 ? '' : '\u{1f600}'}${number % 50}:${(number * 7919) % 5_003}`;

it('finds the keys that begin with a prefix, each once, among few and among many', () => {
  const keys = createChangedKeys();
  const all = new Set<string>();
  for (let number = 0; number < 20_000; number++) {
    keys.add(keyOf(number));
    all.add(keyOf(number));
    if (number % 3_989 !== 0 && number !== 19_999) continue;
    for (const prefix of ['', 'o', 'o1', 'o1:', 'o\u{1f600}30:', 'o\ud83d', 'n', 'p']) {
      const expected = [...all].filter((key) => key.startsWith(prefix)).sort();
      expect(keys.beginningWith(prefix).toSorted()).toEqual(expected);
    }
  }
});
