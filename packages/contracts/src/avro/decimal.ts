import { MAX_CENTS } from '@marketing-streams/domain/money';

/** MAX_CENTS needs 50 bits and a sign. */
const MAX_BYTES = 7;

/**
 * The unscaled value of an Avro `decimal` as a number: big-endian two's complement of any length, sign bytes in
 * front included (Avro specification, "Decimal"). Null when it is empty or its magnitude is beyond MAX_CENTS.
 */
export const centsFromBytes = (bytes: Buffer): number | null => {
  const { length } = bytes;
  if (length === 0) return null;
  const negative = bytes[0]! >= 0x80;
  const signByte = negative ? 0xff : 0;
  let start = 0;
  while (length - start > MAX_BYTES && bytes[start] === signByte) start += 1;
  if (length - start > MAX_BYTES) return null;
  // With the sign bytes gone the first byte left must still carry the sign: take the sign from before.
  let value = negative ? -1 : 0;
  for (let i = start; i < length; i += 1) value = value * 256 + bytes[i]!;
  return Math.abs(value) <= MAX_CENTS ? value : null;
};

/** The shortest big-endian two's complement of a whole number of cents, as Java's BigInteger writes it. */
export const centsToBytes = (cents: number): Buffer => {
  let length = 1;
  for (let limit = 128; cents >= limit || cents < -limit; limit *= 256) length += 1;
  const bytes = Buffer.allocUnsafe(length);
  let rest = cents;
  for (let i = length - 1; i >= 0; i -= 1) {
    const low = rest & 0xff;
    bytes[i] = low;
    rest = (rest - low) / 256;
  }
  return bytes;
};
