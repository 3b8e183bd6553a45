import { describe, expect, it } from 'vitest';
import {
  addTallies,
  costPerAction,
  costPerClick,
  countEvent,
  EMPTY_TALLY,
  replaceTally,
  sameTally,
} from './tally.ts';

describe('tallies', () => {
  it('count each kind of event, and every cost', () => {
    const events = [
      { event: 'impression', cost: 0 },
      { event: 'click', cost: 55 },
      { event: 'click', cost: 45 },
      { event: 'conversion', cost: 500 },
    ] as const;
    expect(events.reduce(countEvent, EMPTY_TALLY)).toEqual({
      impressions: 1,
      clicks: 2,
      conversions: 1,
      spend: 600,
    });
  });

  it('take one part away and add another', () => {
    const a = { impressions: 1, clicks: 2, conversions: 3, spend: 4 };
    const b = { impressions: 10, clicks: 20, conversions: 30, spend: 40 };
    const more = { impressions: 2, clicks: 2, conversions: 4, spend: 9 };
    expect(replaceTally(addTallies(a, b), a, more)).toEqual(addTallies(b, more));
    expect(sameTally(a, { ...a })).toBe(true);
    for (const field of ['impressions', 'clicks', 'conversions', 'spend'] as const)
      expect(sameTally(a, { ...a, [field]: 99 })).toBe(false);
  });

  it('share the spend as ksqlDB does: doubles, not rounded, 0 without anything to share by', () => {
    const tally = { impressions: 5, clicks: 3, conversions: 0, spend: 310 };
    expect(costPerClick(tally)).toBe(3.1 / 3);
    expect(costPerAction(tally)).toBe(0);
    expect(costPerAction({ ...tally, conversions: 2 })).toBe(1.55);
  });
});
