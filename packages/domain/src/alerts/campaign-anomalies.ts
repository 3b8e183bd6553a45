import { type Cents, formatMoney } from '../money.ts';
import { MINUTE, type Patience, type Verdict } from './alert-track.ts';
import { type CampaignFigures, type FiguresByMinute, NO_FIGURES } from './campaign-figures.ts';
import type { Finding } from './campaign-limits.ts';
import { robustScore } from './robust-score.ts';

/** When something is unusual. */
export type AnomalySettings = {
  /** Robust standard deviations from the median. */
  readonly score: number;
  /** Hours of the past that say what is usual. */
  readonly hours: number;
};

/** Less of the past says nothing about what is usual. */
const FEWEST_MINUTES = 30;
/** With fewer impressions in a minute a click-through rate is chance. */
const CTR_IMPRESSIONS = 20;
/** It is over when the score is this part of what it takes to begin. */
const ENOUGH_BELOW = 0.5;

/** One strange minute is chance, two are news. */
const PATIENCE: Patience = { bad: 2, good: 3 };

/** A figure of a minute; null when the minute has none. */
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
    name: 'spend in a minute',
    of: ({ spend }) => spend,
    inWords: money,
    published: inUnits,
  },
  {
    rule: 'campaign-cpa-unusual',
    name: 'cost per action',
    of: ({ spend, conversions }) => (conversions === 0 ? null : spend / conversions),
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

const verdictOf = (score: number, limit: number): Verdict =>
  score >= limit ? 'bad' : score < limit * ENOUGH_BELOW ? 'good' : 'between';

/**
 * What is unusual about a campaign on a channel in a minute, against the minutes before it. `known` are the minutes of
 * which anything is known, of whatever campaign: one of them without figures of this campaign is one in which it came
 * to nothing, once it had begun.
 */
export const findingsOfAnomalies = (
  { score: limit }: AnomalySettings,
  byMinute: FiguresByMinute,
  known: readonly number[],
  minute: number,
): readonly Finding[] => {
  let begun = Number.POSITIVE_INFINITY;
  for (const one of byMinute.keys()) if (one < begun) begun = one;
  const past = known.filter((one) => one >= begun && one < minute);
  if (past.length < FEWEST_MINUTES) return [];
  const current = byMinute.get(minute) ?? NO_FIGURES;
  return MEASURES.flatMap((measure) => {
    const value = measure.of(current);
    const usual = past.flatMap((one) => measure.of(byMinute.get(one) ?? NO_FIGURES) ?? []);
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
        words: `${measure.name} ${measure.inWords(value)}, ${score.toFixed(1)} deviations ${direction} the usual ${measure.inWords(median)}`,
      },
    ];
  });
};

/** The first minute that still says what is usual in this one. */
export const firstUsualMinute = ({ hours }: AnomalySettings, minute: number): number =>
  minute - hours * 60 * MINUTE;
