import { type Cents, formatMoney } from '../money.ts';
import { MINUTE, type Patience, type Verdict } from './alert-track.ts';
import { addFigures, type CampaignFigures, type FiguresByMinute, NO_FIGURES } from './campaign-figures.ts';
import type { Finding } from './campaign-limits.ts';
import { robustScore } from './robust-score.ts';

/** When something is unusual. */
export type AnomalySettings = {
  /** Robust standard deviations from the median. */
  readonly score: number;
  /** Hours of the past that say what is usual. */
  readonly hours: number;
};

/** A single minute of a small campaign is chance; what these come to together varies much less. */
const MINUTES_TOGETHER = 5;
/** Less of the past says nothing about what is usual. */
const FEWEST_MINUTES = 30;
/** With fewer impressions a click-through rate is chance. */
const CTR_IMPRESSIONS = 100;
/** With fewer actions the cost of one is chance. */
const CPA_CONVERSIONS = 10;
/** It is over when the score is this part of what it takes to begin. */
const ENOUGH_BELOW = 0.5;

const PATIENCE: Patience = { bad: 2, good: 3 };

/** A figure of some minutes; null when there is too little to say. */
type Measure = {
  readonly rule: string;
  readonly name: string;
  readonly of: (figures: CampaignFigures) => number | null;
  readonly inWords: (value: number) => string;
  /** The figure as it is published. */
  readonly published: (value: number) => number;
};

const money = (cents: Cents): string => formatMoney(cents);
const inUnits = (cents: Cents): number => cents / 100;
const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

const MEASURES: readonly Measure[] = [
  {
    rule: 'campaign-spend-unusual',
    name: 'spend',
    of: ({ spend }) => spend,
    inWords: money,
    published: inUnits,
  },
  {
    rule: 'campaign-cpa-unusual',
    name: 'cost per action',
    of: ({ spend, conversions }) => (conversions < CPA_CONVERSIONS ? null : spend / conversions),
    inWords: money,
    published: inUnits,
  },
  {
    rule: 'campaign-ctr-unusual',
    name: 'click-through rate',
    of: ({ clicks, impressions }) => (impressions < CTR_IMPRESSIONS ? null : clicks / impressions),
    inWords: percent,
    published: (share) => share,
  },
];

/** What each minute and those right before it come to, from the first on that has enough before it. */
const sumsOf = (byMinute: FiguresByMinute, minutes: readonly number[]): CampaignFigures[] => {
  const sums: CampaignFigures[] = [];
  for (let index = MINUTES_TOGETHER - 1; index < minutes.length; index++) {
    let sum = NO_FIGURES;
    for (let back = 0; back < MINUTES_TOGETHER; back++)
      sum = addFigures(sum, byMinute.get(minutes[index - back]!) ?? NO_FIGURES);
    sums.push(sum);
  }
  return sums;
};

const verdictOf = (score: number, limit: number): Verdict =>
  score >= limit ? 'bad' : score < limit * ENOUGH_BELOW ? 'good' : 'between';

/**
 * What is unusual about a campaign on a channel at the end of a minute: the last minutes together, against the same of
 * every minute before. `known` are the minutes of which anything is known, of whatever campaign, in order: one of them
 * without figures of this campaign is one in which it came to nothing, once it had begun.
 */
export const findingsOfAnomalies = (
  { score: limit }: AnomalySettings,
  byMinute: FiguresByMinute,
  known: readonly number[],
  minute: number,
): readonly Finding[] => {
  const begun = Math.min(...byMinute.keys());
  const sums = sumsOf(
    byMinute,
    known.filter((one) => one >= begun && one <= minute),
  );
  const current = sums.pop();
  if (current === undefined || sums.length < FEWEST_MINUTES) return [];
  return MEASURES.flatMap((measure) => {
    const value = measure.of(current);
    const usual = sums.flatMap((sum) => measure.of(sum) ?? []);
    if (value === null || usual.length < FEWEST_MINUTES) return [];
    const scored = robustScore(value, usual);
    if (scored === null) return [];
    const { score, median } = scored;
    const direction = value > median ? 'above' : 'below';
    return [
      {
        rule: measure.rule,
        severity: 'warning' as const,
        verdict: verdictOf(score, limit),
        patience: PATIENCE,
        value: measure.published(value),
        threshold: measure.published(median),
        words: `${measure.name} ${measure.inWords(value)} in ${MINUTES_TOGETHER} minutes, ${score.toFixed(1)} deviations ${direction} the usual ${measure.inWords(median)}`,
      },
    ];
  });
};

/** The first minute that still says what is usual in this one. */
export const firstUsualMinute = ({ hours }: AnomalySettings, minute: number): number =>
  minute - hours * 60 * MINUTE;
