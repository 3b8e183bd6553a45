import { describe, expect, it } from 'vitest';
import { createCountJourneys } from './count-journeys.ts';

describe('the ways of events that are counted', () => {
  it('end with the count that takes them in', () => {
    const sent: Readonly<Record<string, readonly number[]>> = { a: [10, 20, 30], b: [15] };
    const { counted, journeys, seen } = createCountJourneys((group) => sent[group] ?? []);
    counted('a', 2, 50);
    counted('b', 1, 60);
    counted('a', 2, 70);
    counted('a', 1, 80);
    counted('a', 3, 90);
    expect(journeys).toEqual([
      { sentAt: 10, seenAt: 50 },
      { sentAt: 20, seenAt: 50 },
      { sentAt: 15, seenAt: 60 },
      { sentAt: 30, seenAt: 90 },
    ]);
    expect(seen('a')).toBe(3);
  });

  it('tell when there are more than were sent', () => {
    const { counted, journeys, seen } = createCountJourneys(() => [1]);
    counted('a', 3, 5);
    expect(seen('a')).toBe(3);
    expect(journeys).toHaveLength(1);
  });
});
