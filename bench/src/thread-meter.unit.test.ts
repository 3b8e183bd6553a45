import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { threadTimesOf, usageOf } from './process-usage.ts';
import { sharesOf } from './thread-meter.ts';

const threads = (times: Record<string, readonly [name: string, seconds: number]>) =>
  new Map(Object.entries(times).map(([id, [name, cpuSeconds]]) => [id, { name, cpuSeconds }]));

describe('the shares of a process’s threads', () => {
  it('count from the first look, and from nothing for a thread that came later', () => {
    const first = threads({ 1: ['MainThread', 10], 2: ['table-sink', 4], 3: ['V8Worker', 1] });
    const last = threads({
      1: ['MainThread', 13],
      2: ['table-sink', 6],
      3: ['V8Worker', 2],
      7: ['maintenance', 0.5],
      8: ['maintenance', 0.25],
    });
    expect(sharesOf(first, last, 7)).toEqual({
      transactions: 3,
      table_sink: 2,
      maintenance: 0.75,
      // The V8 worker's second, and a quarter that no look has seen.
      rest: 1.25,
    });
  });

  it('leave no negative rest when ticks do not add up', () => {
    expect(sharesOf(new Map(), threads({ 1: ['MainThread', 2] }), 1.99).rest).toBe(0);
  });
});

describe.runIf(existsSync('/proc/self/task'))('what /proc says', () => {
  it('has this process’s main thread and time', () => {
    expect([...threadTimesOf(process.pid).values()].length).toBeGreaterThan(1);
    const { cpuSeconds, residentBytes, anonymousBytes } = usageOf(process.pid);
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(anonymousBytes).toBeGreaterThan(0);
    expect(anonymousBytes).toBeLessThan(residentBytes);
  });
});
