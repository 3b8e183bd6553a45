import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packValues } from './pack-values.ts';

/** Reads what `cmsgpack.unpack` would: a list of texts as bytes. */
const unpack = (packed: Buffer): readonly Buffer[] => {
  expect(packed[0]).toBe(0xdd);
  const texts: Buffer[] = [];
  let at = 5;
  while (at < packed.length) {
    expect(packed[at]).toBe(0xdb);
    const start = at + 5;
    at = start + packed.readUInt32BE(at + 1);
    texts.push(packed.subarray(start, at));
  }
  expect(texts).toHaveLength(packed.readUInt32BE(1));
  return texts;
};

describe('packed values', () => {
  it('are texts and bytes as they were, numbers in digits', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.maxSafeInteger(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const expected = values.map((one) => (Buffer.isBuffer(one) ? one : Buffer.from(String(one))));
        expect(unpack(packValues(values))).toEqual(expected);
      }),
    );
  });

  it('may be larger than what was packed before, and are not written over by what follows', () => {
    const large = 'ü'.repeat(3_000_000);
    const packed = packValues(['a', large]);
    packValues(['b'.repeat(100)]);
    expect(unpack(packed).map(String)).toEqual(['a', large]);
  });
});
