import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8, roundUpCodePoints, truncateCodePoints } from './utf8-order.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const byBytes = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

describe('UTF-8 order', () => {
  it('is the order of the bytes', () => {
    fc.assert(fc.property(text, text, (a, b) => Math.sign(compareUtf8(a, b)) === byBytes(a, b)));
  });

  it('puts pairs of surrogates after U+FFFF, where JavaScript does not', () => {
    expect('\u{1F600}' < '\uFFFD').toBe(true);
    expect(compareUtf8('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  });
});

describe('cut bounds', () => {
  it('hold the text between them and stay short and well formed', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 6 }), (value, length) => {
        const lower = truncateCodePoints(value, length);
        expect(byBytes(lower, value)).toBeLessThanOrEqual(0);
        expect([...lower].length).toBeLessThanOrEqual(length);
        const upper = roundUpCodePoints(value, length);
        if (upper === null) {
          expect([...value].slice(0, length).every((point) => point === '\u{10FFFF}')).toBe(true);
          return;
        }
        expect(byBytes(upper, value)).toBeGreaterThanOrEqual(0);
        expect([...upper].length).toBeLessThanOrEqual(length);
        expect(upper.isWellFormed()).toBe(true);
      }),
    );
  });

  it('raise the last code point that can be raised', () => {
    expect(roundUpCodePoints('abcd', 3)).toBe('abd');
    expect(roundUpCodePoints('a\u{10FFFF}x', 2)).toBe('b');
    expect(roundUpCodePoints('\uD7FFxx', 1)).toBe('\uE000');
    expect(roundUpCodePoints('\u{10FFFF}x', 1)).toBeNull();
    expect(roundUpCodePoints('abc', 3)).toBe('abc');
  });
});
