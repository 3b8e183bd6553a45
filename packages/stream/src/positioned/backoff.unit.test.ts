import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff.ts';

describe('the back-off', () => {
  it('doubles up to five seconds', () => {
    const backoff = createBackoff(() => 0);
    expect(Array.from({ length: 8 }, backoff.next)).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('goes on where it was when the next try fails soon, and begins anew after a calm time', () => {
    let now = 0;
    const backoff = createBackoff(() => now);
    backoff.next();
    backoff.wentOn();
    now += 10_000;
    expect(backoff.next()).toBe(200);
    backoff.wentOn();
    now += 10_001;
    expect(backoff.next()).toBe(100);
  });
});
