import type { StateCodec } from './state-codec.ts';

/** Stands for the removal of a key. */
export const REMOVED: unique symbol = Symbol('removed');

/** Changes of one transaction: key → new value, or `REMOVED`. */
export type StateChanges = ReadonlyMap<string, unknown>;

/** The same, ready to be written: values as bytes, in the order of the keys, in which a B-tree takes them cheapest. */
export type SealedChanges = {
  readonly keys: readonly string[];
  /** Position in `bytes` after each key's value; negative: the key is removed. */
  readonly ends: readonly number[];
  /** All values, one after the other. */
  readonly bytes: Buffer;
};

const FIRST_BYTES_PER_CHANGE = 128;
const LEAST_BYTES = 4_096;

/** Encodes every changed value once. Throws what a codec throws for a value that its schema does not allow. */
export const sealChanges = (
  changes: StateChanges,
  codecOf: (key: string) => StateCodec<unknown>,
): SealedChanges => {
  const keys = [...changes.keys()].sort();
  const ends: number[] = [];
  let bytes = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, keys.length * FIRST_BYTES_PER_CHANGE));
  let used = 0;
  for (const key of keys) {
    const value = changes.get(key);
    if (value === REMOVED) {
      ends.push(-1);
      continue;
    }
    const codec = codecOf(key);
    let end = codec.write(value, bytes, used);
    while (end < 0) {
      const larger = Buffer.allocUnsafeSlow(bytes.length * 2 - end);
      bytes.copy(larger, 0, 0, used);
      bytes = larger;
      end = codec.write(value, bytes, used);
    }
    ends.push(end);
    used = end;
  }
  return { keys, ends, bytes };
};
