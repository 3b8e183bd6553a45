import { describe, expect, it } from 'vitest';
import { momentsOf } from './steady-stream.ts';

describe('a steady stream', () => {
  it.each([20, 200])('sends one event at a time at %i a second', (rate) => {
    const moments = momentsOf(rate, 2);
    expect(moments).toHaveLength(rate * 2);
    expect(moments[3]).toEqual({ dueMilliseconds: 3000 / rate, events: 1 });
  });

  it('sends those of 5 ms together when there are many', () => {
    const moments = momentsOf(2000, 1);
    expect(moments).toHaveLength(200);
    expect(moments[1]).toEqual({ dueMilliseconds: 5, events: 10 });
  });

  it('sends exactly as many as it was to, at the rate it was to', () => {
    for (const [rate, seconds] of [
      [333, 3],
      [777, 1.5],
      [2000, 0.011],
    ] as const) {
      const moments = momentsOf(rate, seconds);
      const events = moments.reduce((sum, moment) => sum + moment.events, 0);
      expect(events).toBe(Math.round(rate * seconds));
      expect(moments.at(-1)!.dueMilliseconds).toBeLessThan(seconds * 1000);
    }
  });
});
