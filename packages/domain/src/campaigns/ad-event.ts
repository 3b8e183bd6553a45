import { type Cents, formatMoney } from '../money.ts';
import {
  checkId,
  checkOneOf,
  collectProblems,
  type ProblemCollector,
  type ValidationProblem,
} from '../validation.ts';

/** What can happen to an advertisement. */
export const AD_EVENT_KINDS = ['impression', 'click', 'conversion'] as const;
export type AdEventKind = (typeof AD_EVENT_KINDS)[number];

/** A record of `logs`: cost in cents, time in epoch milliseconds. */
export type AdEvent = {
  readonly ts: number;
  readonly user_id: string;
  readonly campaign_id: string;
  readonly channel: string;
  readonly event: AdEventKind;
  readonly cost: Cents;
};

/**
 * How far ahead of its record an event may be, in milliseconds. An event moves the clock that decides what is late: one
 * from a clock that is a year ahead would close every window of its partition.
 */
export const AD_EVENT_CLOCK_TOLERANCE = 3_600_000;

/** No event costs more: ten million. What is dearer is a mistake, and a window's sum stays far within `MAX_CENTS`. */
export const MAX_AD_COST: Cents = 1_000_000_000;

/** Half a surrogate pair has no bytes of its own: two names that differ in it alone would become one on the way. */
const checkName = (collector: ProblemCollector, field: string, value: string): void => {
  checkId(collector, field, value);
  if (!value.isWellFormed()) collector.add(field, value, 'must be whole characters');
};

/**
 * The problems of an event's values. `reference`, the time of the record in epoch milliseconds, stands for now, so
 * that the same record gets the same verdict when it is folded again. An old event is valid: whether it is late is for
 * its window to say.
 */
export const validateAdEvent = (event: AdEvent, reference: number): readonly ValidationProblem[] => {
  const collector = collectProblems();
  checkId(collector, 'user_id', event.user_id);
  checkName(collector, 'campaign_id', event.campaign_id);
  checkName(collector, 'channel', event.channel);
  checkOneOf(collector, 'event', event.event, AD_EVENT_KINDS);
  if (!Number.isSafeInteger(event.cost)) collector.add('cost', event.cost, 'must be a whole number of cents');
  else if (event.cost < 0) collector.add('cost', event.cost, 'must not be negative');
  else if (event.cost > MAX_AD_COST)
    collector.add('cost', event.cost, `must not be more than ${formatMoney(MAX_AD_COST)}`);
  if (!Number.isSafeInteger(event.ts) || event.ts < 0) {
    collector.add('ts', event.ts, 'must be a whole number of epoch milliseconds, at least 0');
  } else if (event.ts > reference + AD_EVENT_CLOCK_TOLERANCE) {
    collector.add('ts', event.ts, 'must not be more than an hour after its record');
  }
  return collector.problems();
};
