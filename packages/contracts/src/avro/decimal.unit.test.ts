import { MAX_CENTS } from '@marketing-streams/domain/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centsFromBytes, centsToBytes } from './decimal.ts';

describe('Avro decimal', () => {
  // What java.math.BigInteger.toByteArray gives.
  it.each([
    [0, '00'],
    [1, '01'],
    [-1, 'ff'],
    [127, '7f'],
    [128, '0080'],
    [-128, '80'],
    [-129, 'ff7f'],
    [255, '00ff'],
    [256, '0100'],
    [12_050, '2f12'],
    [4_294_967_296, '0100000000'],
    [-4_294_967_297, 'feffffffff'],
  ])('writes %i as %s', (cents, hex) => {
    expect(centsToBytes(cents).toString('hex')).toBe(hex);
    expect(centsFromBytes(Buffer.from(hex, 'hex'))).toBe(cents);
  });

  it('gives back every amount up to the limit, padded with sign bytes or not', () => {
    const amount = fc.integer({ min: -MAX_CENTS, max: MAX_CENTS });
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 12 }), (cents, padding) => {
        const padded = Buffer.concat([Buffer.alloc(padding, cents < 0 ? 0xff : 0), centsToBytes(cents)]);
        expect(centsFromBytes(padded)).toBe(cents);
      }),
    );
  });

  it('refuses amounts beyond the limit and no bytes at all', () => {
    const beyond = fc.bigInt({ min: BigInt(MAX_CENTS) + 1n, max: 2n ** 120n });
    fc.assert(
      fc.property(beyond, fc.boolean(), (magnitude, negative) => {
        const value = BigInt.asUintN(128, negative ? -magnitude : magnitude);
        const bytes = Buffer.from(value.toString(16).padStart(32, '0'), 'hex');
        expect(centsFromBytes(bytes)).toBeNull();
      }),
    );
    expect(centsFromBytes(Buffer.alloc(0))).toBeNull();
  });
});
