import { describe, expect, it } from 'vitest';
import type { Timer } from '../processor.ts';
import { dueTimers, startTimers, untilNextTimer } from './due-timers.ts';

const timer: Timer = { name: 'look', clock: 'wall-clock', everyMilliseconds: 100, run: () => [] };
const NOW = 10_000;

describe('a wall-clock timer that never ran', () => {
  it('is waited for although no record comes, after a rebuild that left none', () => {
    expect(untilNextTimer([timer], {}, NOW, NOW)).toBe(100);
    expect(untilNextTimer([timer], {}, NOW + 100, NOW)).toBe(0);
  });

  it('runs a period after its first reading', () => {
    const clocks = { wallClock: NOW + 100, streamTime: 0 };
    const started = startTimers([timer], {}, clocks);
    expect(dueTimers([timer], started, clocks)).toEqual([]);
    expect(untilNextTimer([timer], started, NOW + 150, NOW)).toBe(50);
    expect(dueTimers([timer], started, { ...clocks, wallClock: NOW + 200 })).toEqual([timer]);
  });
});

describe('other timers', () => {
  it('are not waited for: event time goes on with records', () => {
    expect(untilNextTimer([{ ...timer, clock: 'event-time' }], {}, NOW, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
