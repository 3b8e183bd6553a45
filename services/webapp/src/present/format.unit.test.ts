import { describe, expect, it } from 'vitest';
import { ago, counted, money, percent, stageName, tileMoney } from './format.ts';

describe('values for people', () => {
  it.each([
    [0, '$0.00'],
    [123_450, '$1,234.50'],
  ])('writes %d cents as %s', (cents, text) => expect(money(cents)).toBe(text));

  it('shortens an amount that would not fit a tile', () => {
    expect(tileMoney(99_999_999)).toBe('$999,999.99');
    expect(tileMoney(1_234_567_890)).toBe('$12.3M');
  });

  it.each([
    [0, 'just now'],
    [40, '40 seconds ago'],
    [60 * 60, '60 minutes ago'],
    [3 * 3_600, '3 hours ago'],
    [10 * 86_400, '10 days ago'],
    [-5, 'just now'],
  ])('says %d seconds as %s', (seconds, text) => expect(ago(0, seconds * 1000)).toBe(text));

  it('counts, shares and names', () => {
    expect(counted(1, 'order')).toBe('1 order');
    expect(counted(1_200, 'order')).toBe('1,200 orders');
    expect(percent(2 / 3)).toBe('67%');
    expect(stageName('high-value')).toBe('High value');
  });
});
