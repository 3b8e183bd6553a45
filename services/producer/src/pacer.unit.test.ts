import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPacer } from './pacer.ts';

describe('createPacer', () => {
  it('gives the rate over time, however time is cut up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }),
        (rate, steps) => {
          const pacer = createPacer(rate);
          const events = steps.reduce((sum, step) => sum + pacer.due(step), 0);
          const expected = (rate * steps.reduce((sum, step) => sum + step, 0)) / 1000;
          expect(Math.abs(events - expected)).toBeLessThanOrEqual(1 + 1e-6 * expected);
        },
      ),
    );
  });

  it('knows rates below one event a second', () => {
    const pacer = createPacer(0.5);
    expect(Array.from({ length: 8 }, () => pacer.due(500))).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('makes up for one second of a long stall and no more', () => {
    expect(createPacer(200).due(3_600_000)).toBe(200);
  });
});
