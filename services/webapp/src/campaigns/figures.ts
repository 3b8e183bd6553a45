import type { Cents } from '@marketing-streams/domain/money';

/** What advertisements came to: over a window, or over many. */
export type Figures = {
  readonly impressions: number;
  readonly clicks: number;
  readonly conversions: number;
  readonly spend: Cents;
};

/** Figures that are being added up. */
export type Sum = { -readonly [Name in keyof Figures]: Figures[Name] };

/** What can be shown of figures. Amounts are cents, which CPC and CPA may have parts of; CTR is a share from 0 to 1. */
export const METRICS = ['spend', 'impressions', 'clicks', 'conversions', 'cpc', 'cpa', 'ctr'] as const;
export type Metric = (typeof METRICS)[number];

/** Nothing yet. */
export const emptySum = (): Sum => ({ impressions: 0, clicks: 0, conversions: 0, spend: 0 });

/** Adds figures to a sum. */
export const addTo = (sum: Sum, { impressions, clicks, conversions, spend }: Figures): void => {
  sum.impressions += impressions;
  sum.clicks += clicks;
  sum.conversions += conversions;
  sum.spend += spend;
};

/** A metric of figures; null where there is nothing to divide by. */
export const metricOf = (figures: Figures, metric: Metric): number | null => {
  const { impressions, clicks, conversions, spend } = figures;
  switch (metric) {
    case 'cpc':
      return clicks === 0 ? null : spend / clicks;
    case 'cpa':
      return conversions === 0 ? null : spend / conversions;
    case 'ctr':
      return impressions === 0 ? null : clicks / impressions;
    default:
      return figures[metric];
  }
};

/** True when nothing happened at all. */
export const isEmpty = ({ impressions, clicks, conversions, spend }: Figures): boolean =>
  impressions === 0 && clicks === 0 && conversions === 0 && spend === 0;
