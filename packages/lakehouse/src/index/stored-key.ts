import { hash } from 'node:crypto';

/** Bytes of a key in the index. */
export const KEY_BYTES = 16;

/**
 * What stands for a key in the index: the first 128 bits of its SHA-256, as one Latin-1 character a byte, so that
 * texts sort as the tree's bytes do. Keys of any length make a small tree of equal entries; that two of ten million
 * keys share 128 bits has a probability of 10^-25.
 */
export const storedKey = (key: string): string => hash('sha256', key, 'binary').slice(0, KEY_BYTES);

/** More keys than one upsert looks for as a rule. */
const MOST_REMEMBERED = 50_000;

/**
 * `storedKey` that remembers: an upsert looks for its keys first and puts in the same ones a moment later, and the
 * hash costs more than all else that is done for a key here. `forget` makes room before the keys of another upsert.
 */
export const createKeyMemory = (): {
  readonly storedKey: (key: string) => string;
  readonly forget: () => void;
} => {
  const known = new Map<string, string>();
  return {
    storedKey: (key) => {
      let stored = known.get(key);
      if (stored === undefined) {
        stored = storedKey(key);
        if (known.size < MOST_REMEMBERED) known.set(key, stored);
      }
      return stored;
    },
    forget: () => known.clear(),
  };
};

/** Numbers up to 2^20 fit beside the first 32 bits of a key into the 53 bits of a safe integer. */
const MOST_NUMBERED = 2 ** 20;

const sortChunk = (keys: readonly string[], from: number, to: number, order: number[]): void => {
  const packed = new Float64Array(to - from);
  for (let number = from; number < to; number++) {
    const key = keys[number]!;
    const high = (key.charCodeAt(0) << 8) | key.charCodeAt(1);
    const low = (key.charCodeAt(2) << 8) | key.charCodeAt(3);
    packed[number - from] = (high * 65_536 + low) * MOST_NUMBERED + (number - from);
  }
  for (const one of packed.sort()) order.push(from + (one % MOST_NUMBERED));
};

/**
 * The numbers of stored keys in about the order of the tree, so that neighbours are found on the same pages: by their
 * first 32 bits, a million at a time. Sorting the texts themselves takes ten times as long.
 */
export const treeOrder = (keys: readonly string[]): readonly number[] => {
  const order: number[] = [];
  for (let from = 0; from < keys.length; from += MOST_NUMBERED)
    sortChunk(keys, from, Math.min(keys.length, from + MOST_NUMBERED), order);
  return order;
};

const scratch = Buffer.allocUnsafeSlow(KEY_BYTES);

/** The bytes of a stored key, in a buffer that the next call writes again: LMDB copies keys. */
export const keyBytes = (stored: string): Buffer => {
  // Quicker than a call of `write` for so few.
  for (let index = 0; index < KEY_BYTES; index++) scratch[index] = stored.charCodeAt(index);
  return scratch;
};
