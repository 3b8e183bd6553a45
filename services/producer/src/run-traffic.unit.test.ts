import { describe, expect, it } from 'vitest';
import { runTraffic } from './run-traffic.ts';

describe('runTraffic', () => {
  it('lets events happen in their order, one batch at a time and nothing twice', async () => {
    const stop = new AbortController();
    const published: number[] = [];
    let underWay = 0;
    let count = 0;
    const done = runTraffic<number>(
      { next: () => count++, rate: 20_000 },
      {
        now: Date.now,
        signal: stop.signal,
        publish: async (events) => {
          underWay += 1;
          expect(underWay).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          published.push(...events);
          underWay -= 1;
          if (published.length >= 2_000) stop.abort();
        },
      },
    );
    await expect(done).rejects.toThrow('aborted');
    expect(published).toEqual(Array.from({ length: published.length }, (_, index) => index));
  });

  it('is busier when the moment is', async () => {
    const eventsWith = async (busyness: number): Promise<number> => {
      const stop = new AbortController();
      let time = 0;
      let events = 0;
      const done = runTraffic(
        { next: () => null, rate: 1_000, busyness: () => busyness },
        {
          now: () => {
            time += 100;
            if (time > 2_000) stop.abort();
            return time;
          },
          signal: stop.signal,
          publish: async (batch) => {
            events += batch.length;
          },
        },
      );
      await expect(done).rejects.toThrow('aborted');
      return events;
    };
    expect(await eventsWith(1.5)).toBeGreaterThan(1.2 * (await eventsWith(1)));
  });

  it('comes out loudly when publishing fails for good', async () => {
    const lost = new Error('disk on fire');
    const done = runTraffic(
      { next: () => null, rate: 10 },
      {
        now: Date.now,
        signal: new AbortController().signal,
        publish: () => Promise.reject(lost),
      },
    );
    await expect(done).rejects.toBe(lost);
  });
});
