import { type Cents, formatMoney } from '../money.ts';
import { MINUTE, type Patience, type Verdict } from './alert-track.ts';
import { type FiguresByMinute, figuresOf } from './campaign-figures.ts';

/** What a campaign may come to; null: any. */
export type CampaignLimits = {
  /** Highest cost per action, in cents. */
  readonly cpaAbove: Cents | null;
  /** Highest spend within one minute, in cents. */
  readonly spendPerMinuteAbove: Cents | null;
  /** Minutes without a click although it is shown. */
  readonly noClicksMinutes: number | null;
};

/** What a rule finds about its subject at the end of a minute. */
export type Finding = {
  readonly rule: string;
  readonly severity: 'warning' | 'critical';
  readonly verdict: Verdict;
  readonly patience: Patience;
  /** The figure that was measured and the one it was held against; amounts in units. */
  readonly value: number;
  readonly threshold: number;
  /** What holds, in words, with the numbers that decided; the subject's name goes before it. */
  readonly words: string;
};

/** A single expensive minute says little about cost per action; five do. */
const CPA_MINUTES = 5;
/** With fewer impressions no click is nothing unusual. */
const NO_CLICKS_IMPRESSIONS = 100;
/** An alert ends when its figure is this far below the limit. */
const ENOUGH_BELOW = 0.9;

const AT_ONCE: Patience = { bad: 1, good: 3 };

const verdictOf = (value: number, limit: number): Verdict =>
  value > limit ? 'bad' : value <= limit * ENOUGH_BELOW ? 'good' : 'between';

/**
 * Cost per action over some minutes. Without any action it is as if the next one came now: what was spent in vain
 * counts.
 */
const costPerAction = (limit: Cents, byMinute: FiguresByMinute, minute: number): Finding => {
  const { spend, conversions } = figuresOf(byMinute, minute, CPA_MINUTES);
  const cpa = spend / Math.max(1, conversions);
  const measured =
    conversions === 0 ? `${formatMoney(spend)} without an action` : `cost per action ${formatMoney(cpa)}`;
  return {
    rule: 'campaign-cpa-above',
    severity: 'critical',
    verdict: verdictOf(cpa, limit),
    patience: AT_ONCE,
    value: cpa / 100,
    threshold: limit / 100,
    words: `${measured} in ${CPA_MINUTES} minutes, limit ${formatMoney(limit)}`,
  };
};

const spendPerMinute = (limit: Cents, byMinute: FiguresByMinute, minute: number): Finding => {
  const { spend } = figuresOf(byMinute, minute, 1);
  return {
    rule: 'campaign-spend-above',
    severity: 'critical',
    verdict: verdictOf(spend, limit),
    patience: AT_ONCE,
    value: spend / 100,
    threshold: limit / 100,
    words: `${formatMoney(spend)} spent in a minute, limit ${formatMoney(limit)}`,
  };
};

const noClicks = (minutes: number, byMinute: FiguresByMinute, minute: number): Finding => {
  const { clicks, impressions } = figuresOf(byMinute, minute, minutes);
  const first = minute - (minutes - 1) * MINUTE;
  const hasRunSoLong = [...byMinute.keys()].some((one) => one <= first);
  const isShown = hasRunSoLong && impressions >= NO_CLICKS_IMPRESSIONS;
  return {
    rule: 'campaign-no-clicks',
    severity: 'critical',
    verdict: clicks === 0 && isShown ? 'bad' : 'good',
    patience: { bad: 1, good: 1 },
    value: clicks,
    threshold: 1,
    words: `${clicks === 0 ? 'no click' : `${clicks} clicks`} on ${impressions} impressions in ${minutes} minutes`,
  };
};

/** What the limits of a campaign find, all its channels together. */
export const findingsOfLimits = (
  { cpaAbove, spendPerMinuteAbove, noClicksMinutes }: CampaignLimits,
  byMinute: FiguresByMinute,
  minute: number,
): readonly Finding[] => [
  ...(cpaAbove === null ? [] : [costPerAction(cpaAbove, byMinute, minute)]),
  ...(spendPerMinuteAbove === null ? [] : [spendPerMinute(spendPerMinuteAbove, byMinute, minute)]),
  ...(noClicksMinutes === null ? [] : [noClicks(noClicksMinutes, byMinute, minute)]),
];
