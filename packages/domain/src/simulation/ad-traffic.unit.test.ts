import { describe, expect, it } from 'vitest';
import {
  AD_CAMPAIGNS,
  AD_CHANNELS,
  AD_COSTS,
  type AdHappening,
  createAdTraffic,
  dayAndNight,
  type SimulatedAdEvent,
} from './ad-traffic.ts';

const WEIGHTS = { impression: 80, click: 15, conversion: 5 };
const START = Date.UTC(2026, 10, 21);
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const eventsOf = (count: number, { weights = WEIGHTS, run = 1 } = {}): readonly SimulatedAdEvent[] => {
  const traffic = createAdTraffic({ seed: 42, run, weights });
  return Array.from({ length: count }, (_, index) => traffic.next(START + index));
};

const shareOf = (events: readonly SimulatedAdEvent[], what: AdHappening): number =>
  events.filter(({ event }) => event === what).length / events.length;

describe('ad traffic', () => {
  it('is the same for the same seed and run, and another in another run', () => {
    expect(eventsOf(200)).toEqual(eventsOf(200));
    expect(eventsOf(200, { run: 2 })).not.toEqual(eventsOf(200));
  });

  it('keeps to the weights', () => {
    const events = eventsOf(20_000);
    expect(shareOf(events, 'impression')).toBeCloseTo(0.8, 1.7);
    expect(shareOf(events, 'click')).toBeCloseTo(0.15, 1.7);
    expect(shareOf(events, 'conversion')).toBeCloseTo(0.05, 1.7);
    const clicksOnly = eventsOf(100, { weights: { impression: 0, click: 3, conversion: 0 } });
    expect(shareOf(clicksOnly, 'click')).toBe(1);
  });

  it('names all campaigns and channels, people by UUIDs, and costs within their range', () => {
    const events = eventsOf(20_000);
    const names = (of: (event: SimulatedAdEvent) => string) => [...new Set(events.map(of))].toSorted();
    expect(names(({ campaign_id }) => campaign_id)).toEqual(AD_CAMPAIGNS.map(({ name }) => name).toSorted());
    expect(names(({ channel }) => channel)).toEqual(AD_CHANNELS.map(({ name }) => name).toSorted());
    for (const { user_id, event, cost } of events) {
      expect(user_id).toMatch(UUID);
      expect(Number.isInteger(cost)).toBe(true);
      expect(cost).toBeGreaterThanOrEqual(AD_COSTS[event].low);
      expect(cost).toBeLessThanOrEqual(AD_COSTS[event].high);
    }
    const clicks = events.filter(({ event }) => event === 'click').map(({ cost }) => cost);
    expect([Math.min(...clicks), Math.max(...clicks)]).toEqual([50, 200]);
  });
});

describe('day and night', () => {
  it('lie a third above and below the mean, which is 1', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => dayAndNight(START + hour * 3_600_000));
    expect(hours.reduce((sum, factor) => sum + factor, 0) / 24).toBeCloseTo(1, 9);
    expect(hours[20]).toBeCloseTo(4 / 3, 9);
    expect(hours[8]).toBeCloseTo(2 / 3, 9);
  });
});
