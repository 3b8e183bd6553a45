import type { Cents } from '../money.ts';
import { createRandom, integerBetween, pick, pickWeighted, type Random } from './random.ts';

/** What can happen to an advertisement. */
export type AdHappening = 'impression' | 'click' | 'conversion';

/** An event of the campaign domain; the fields are the contract's. */
export type SimulatedAdEvent = {
  /** Epoch milliseconds. */
  readonly ts: number;
  readonly user_id: string;
  readonly campaign_id: string;
  readonly channel: string;
  readonly event: AdHappening;
  readonly cost: Cents;
};

export type AdTrafficOptions = {
  readonly seed: number;
  /** Tells this run's events from those of other runs with the same seed, e.g. its start. */
  readonly run: number;
  /** How often each happens, as shares of their sum; at least one is above 0. */
  readonly weights: Readonly<Record<AdHappening, number>>;
};

/** An endless sequence of events. */
export type AdTraffic = {
  /** What happens next, as of `now` (epoch milliseconds). Which event comes does not depend on the time. */
  readonly next: (now: number) => SimulatedAdEvent;
};

/** The campaigns of the simulated company, and how much of its advertising each is. */
export const AD_CAMPAIGNS = [
  { name: 'brand_awareness', weight: 45 },
  { name: 'spring_sale', weight: 35 },
  { name: 'retargeting', weight: 20 },
] as const;

/** Where it advertises, how much, and how dear: where in its range a cost lies at the least. */
export const AD_CHANNELS = [
  { name: 'facebook_ads', weight: 32, dearness: 0.3 },
  { name: 'google_ads', weight: 30, dearness: 0.5 },
  { name: 'tiktok', weight: 23, dearness: 0.1 },
  { name: 'email', weight: 15, dearness: 0 },
] as const;

/** What an event costs, both ends included. */
export const AD_COSTS: Readonly<Record<AdHappening, { readonly low: Cents; readonly high: Cents }>> = {
  impression: { low: 0, high: 0 },
  click: { low: 50, high: 200 },
  conversion: { low: 500, high: 2_000 },
};

/** People who see the advertisements. */
const USERS = 5_000;

/** Random streams that no customer of a company has. */
const USER_STREAM = -3;
const EVENT_STREAM = -4;

const SHARE_OF_DAY_AND_NIGHT = 1 / 3;
const BUSIEST_HOUR = 20;
const HOUR_MILLISECONDS = 3_600_000;

/** A UUID (RFC 9562, version 4) of random numbers. */
const drawUuid = (random: Random): string => {
  const hex = Array.from({ length: 32 }, () => integerBetween(random, 0, 15).toString(16));
  hex[12] = '4';
  hex[16] = integerBetween(random, 8, 11).toString(16);
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    '-',
  );
};

const drawCost = (random: Random, happening: AdHappening, dearness: number): Cents => {
  const { low, high } = AD_COSTS[happening];
  return integerBetween(random, low + Math.round(dearness * (high - low)), high);
};

/** Begins the traffic of a company's advertisements: the same seed, run and weights give the same events. */
export const createAdTraffic = ({ seed, run, weights }: AdTrafficOptions): AdTraffic => {
  const users = createRandom(seed, USER_STREAM);
  const audience = Array.from({ length: USERS }, () => drawUuid(users));
  const random = createRandom(seed, EVENT_STREAM, run);
  const happenings = (['impression', 'click', 'conversion'] as const).map((what) => ({
    what,
    weight: weights[what],
  }));
  return {
    next: (now) => {
      const { what } = pickWeighted(random, happenings);
      const { name, dearness } = pickWeighted(random, AD_CHANNELS);
      return {
        ts: now,
        user_id: pick(random, audience),
        campaign_id: pickWeighted(random, AD_CAMPAIGNS).name,
        channel: name,
        event: what,
        cost: drawCost(random, what, dearness),
      };
    },
  };
};

/**
 * How busy a moment (epoch milliseconds) is against the mean of the day: 4/3 in the evening (UTC), 2/3 twelve hours
 * later, 1 on average.
 */
export const dayAndNight = (now: number): number =>
  1 + SHARE_OF_DAY_AND_NIGHT * Math.cos((2 * Math.PI * (now / HOUR_MILLISECONDS - BUSIEST_HOUR)) / 24);
