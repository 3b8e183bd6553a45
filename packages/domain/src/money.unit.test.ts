import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageCents, centsFromNumber, formatMoney, MAX_CENTS, numberFromCents } from './money.ts';

const cents = fc.integer({ min: -MAX_CENTS, max: MAX_CENTS });

describe('centsFromNumber', () => {
  it('gives back every amount of cents exactly', () => {
    fc.assert(fc.property(cents, (amount) => centsFromNumber(numberFromCents(amount)) === amount));
  });

  it('survives JSON', () => {
    fc.assert(
      fc.property(cents, (amount) => {
        const text = JSON.stringify(numberFromCents(amount));
        expect(centsFromNumber(JSON.parse(text) as number)).toBe(amount);
        expect(text).toMatch(/^-?\d+(\.\d{1,2})?$/);
      }),
    );
  });

  it.each([
    [120.5, 12_050],
    [0.1, 10],
    [19.99, 1_999],
    [1.15, 115],
    [-0, 0],
    [4.35, 435],
    [-7.01, -701],
  ])('%d is %i cents', (amount, expected) => {
    expect(centsFromNumber(amount)).toBe(expected);
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [1.005, '1.005'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e-9, '1e-9'],
    [10_000_000_000_000.01, '10000000000000.01'],
    [1e300, '1e+300'],
  ])('refuses %d and names it', (amount, named) => {
    expect(() => centsFromNumber(amount)).toThrow(RangeError);
    expect(() => centsFromNumber(amount)).toThrow(named);
  });
});

describe('averageCents', () => {
  it('is within half a cent of the true average and rounds halves up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: MAX_CENTS }),
        fc.integer({ min: 1, max: 100_000 }),
        (total, count) => {
          const twice = 2n * BigInt(total);
          const doubled = BigInt(count) * 2n * BigInt(averageCents(total, count));
          expect(doubled - twice).toBeLessThanOrEqual(BigInt(count));
          expect(doubled - twice).toBeGreaterThan(-BigInt(count));
        },
      ),
    );
    expect(averageCents(5, 2)).toBe(3);
    expect(averageCents(10, 3)).toBe(3);
  });

  it('is 0 when there is nothing to share by', () => expect(averageCents(0, 0)).toBe(0));
});

describe('formatMoney', () => {
  it.each([
    [0, 'USD', '$0.00'],
    [123_450, 'USD', '$1,234.50'],
    [-5, 'USD', '-$0.05'],
    [123_450, 'EUR', '€1,234.50'],
  ])('%i %s reads %s', (amount, currency, text) => {
    expect(formatMoney(amount, currency)).toBe(text);
  });
});
