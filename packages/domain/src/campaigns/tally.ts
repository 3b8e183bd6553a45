import { type Cents, numberFromCents } from '../money.ts';
import type { AdEvent } from './ad-event.ts';

/** What events came to. */
export type Tally = {
  readonly impressions: number;
  readonly clicks: number;
  readonly conversions: number;
  readonly spend: Cents;
};

/** Of no events. */
export const EMPTY_TALLY: Tally = { impressions: 0, clicks: 0, conversions: 0, spend: 0 };

/** A tally with one more event. */
export const countEvent = (tally: Tally, { event, cost }: Pick<AdEvent, 'event' | 'cost'>): Tally => ({
  impressions: tally.impressions + (event === 'impression' ? 1 : 0),
  clicks: tally.clicks + (event === 'click' ? 1 : 0),
  conversions: tally.conversions + (event === 'conversion' ? 1 : 0),
  spend: tally.spend + cost,
});

/** How many events were counted. */
export const eventsOf = ({ impressions, clicks, conversions }: Tally): number =>
  impressions + clicks + conversions;

/** Both together. */
export const addTallies = (a: Tally, b: Tally): Tally => ({
  impressions: a.impressions + b.impressions,
  clicks: a.clicks + b.clicks,
  conversions: a.conversions + b.conversions,
  spend: a.spend + b.spend,
});

/** A sum in which one part takes the place of what it was before. */
export const replaceTally = (sum: Tally, before: Tally, after: Tally): Tally => ({
  impressions: sum.impressions - before.impressions + after.impressions,
  clicks: sum.clicks - before.clicks + after.clicks,
  conversions: sum.conversions - before.conversions + after.conversions,
  spend: sum.spend - before.spend + after.spend,
});

/** True when both say the same. */
export const sameTally = (a: Tally, b: Tally): boolean =>
  a.impressions === b.impressions &&
  a.clicks === b.clicks &&
  a.conversions === b.conversions &&
  a.spend === b.spend;

/**
 * Spend in units shared by a number of events, not rounded: ksqlDB divides the same doubles. 0 when there is nothing
 * to share by.
 */
const sharedSpend = (spend: Cents, count: number): number =>
  count === 0 ? 0 : numberFromCents(spend) / count;

/** Cost per click (CPC). */
export const costPerClick = ({ spend, clicks }: Tally): number => sharedSpend(spend, clicks);

/** Cost per action (CPA): per conversion. */
export const costPerAction = ({ spend, conversions }: Tally): number => sharedSpend(spend, conversions);
