import { PlatformError } from '@marketing-streams/platform/errors';
import { describe, expect, it } from 'vitest';
import { createPatience } from './patience.ts';

const outage = () => new PlatformError('KAFKA_UNAVAILABLE', 'broker away');

describe('createPatience', () => {
  it('tries until it succeeds, waits longer each time, and says what it waits for', async () => {
    const waits: number[] = [];
    const problems: (string | null)[] = [];
    const patience = createPatience(
      new AbortController().signal,
      (_, milliseconds) => waits.push(milliseconds),
      async () => void problems.push(patience.problem()),
    );
    let left = 7;
    const result = await patience.insist(async () => {
      if (left === 0) return 'accepted';
      left -= 1;
      throw outage();
    });
    expect(result).toBe('accepted');
    expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    expect(new Set(problems)).toEqual(new Set(['broker away']));
    expect(patience.problem()).toBeNull();
  });

  it('does not wait for what will never get better', async () => {
    const patience = createPatience(new AbortController().signal, () => {});
    const bug = new TypeError('bug');
    await expect(patience.insist(() => Promise.reject(bug))).rejects.toBe(bug);
    const missing = new PlatformError('NOT_FOUND', 'no such topic');
    await expect(patience.insist(() => Promise.reject(missing))).rejects.toBe(missing);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const patience = createPatience(stop.signal, () => stop.abort());
    await expect(patience.insist(() => Promise.reject(outage()))).rejects.toThrow('aborted');
  });
});
