import { hash } from 'node:crypto';

/** Bytes of a key in the index. */
export const KEY_BYTES = 16;

/**
 * What stands for a key in the index: the first 128 bits of its SHA-256, as one Latin-1 character a byte, so that
 * texts sort as the tree's bytes do. Keys of any length make a small tree of equal entries; that two of ten million
 * keys share 128 bits has a probability of 10^-25.
 */
export const storedKey = (key: string): string => hash('sha256', key, 'binary').slice(0, KEY_BYTES);

const scratch = Buffer.allocUnsafeSlow(KEY_BYTES);

/** The bytes of a stored key, in a buffer that the next call writes again: LMDB copies keys. */
export const keyBytes = (stored: string): Buffer => {
  scratch.write(stored, 0, KEY_BYTES, 'latin1');
  return scratch;
};
