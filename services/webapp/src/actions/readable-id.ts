import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no I, L, O or U, so that an id can be read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 10;

/**
 * A short unique id that sorts by time: 10 characters of epoch milliseconds and 50 random bits, in Crockford's
 * base 32 (the layout of a ULID, https://github.com/ulid/spec, with a shorter random part). Two ids of one
 * millisecond collide once in 10^15.
 */
export const readableId = (now: number): string => {
  let time = now;
  let text = '';
  for (let index = 0; index < TIME_CHARACTERS; index += 1) {
    text = ALPHABET[time % 32]! + text;
    time = Math.floor(time / 32);
  }
  for (const byte of randomBytes(RANDOM_CHARACTERS)) text += ALPHABET[byte % 32]!;
  return text;
};
