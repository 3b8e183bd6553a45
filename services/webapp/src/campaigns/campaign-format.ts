import { count, money, precisePercent, tileMoney } from '../present/format.ts';
import { type Figures, type Metric, metricOf } from './figures.ts';

/** How each metric is called. */
export const METRIC_LABELS: Readonly<Record<Metric, string>> = {
  spend: 'Spend',
  impressions: 'Impressions',
  clicks: 'Clicks',
  conversions: 'Conversions',
  cpc: 'CPC',
  cpa: 'CPA',
  ctr: 'CTR',
};

/** What the short names stand for. */
export const METRIC_HINTS: Partial<Record<Metric, string>> = {
  cpc: 'Cost per click',
  cpa: 'Cost per action: spend per conversion',
  ctr: 'Clicks per impression',
};

const finePercent = new Intl.NumberFormat('en-US', {
  style: 'percent',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** A metric's value for people: `$12.40`, `1,204`, `18.75%`. Without a value: `$0.00` and the like, as contracts have it. */
export const formatMetric = (metric: Metric, value: number | null): string => {
  if (metric === 'ctr') return finePercent.format(value ?? 0);
  if (metric === 'spend' || metric === 'cpc' || metric === 'cpa') return money(Math.round(value ?? 0));
  return count(value ?? 0);
};

/** The same where there is little room. */
export const formatShort = (metric: Metric, figures: Figures): string =>
  metric === 'spend' ? tileMoney(figures.spend) : formatMetric(metric, metricOf(figures, metric));

/** A change against the period before, in words and as something to colour. */
export type Change = {
  readonly text: string;
  /** How it is meant: more clicks are good, a higher price is bad, more spend is neither. */
  readonly mood: 'good' | 'bad' | 'neutral';
};

const GOOD_WHEN_MORE: Partial<Record<Metric, boolean>> = {
  clicks: true,
  conversions: true,
  ctr: true,
  cpc: false,
  cpa: false,
};

/** Below this share a change is none. */
const SMALLEST_CHANGE = 0.0005;

/** What changed of a metric against the period before; `before` is null when that is not known. */
export const changeOf = (metric: Metric, now: Figures, before: Figures | null): Change => {
  if (before === null) return { text: 'no full period before', mood: 'neutral' };
  const [value, former] = [metricOf(now, metric) ?? 0, metricOf(before, metric) ?? 0];
  if (former === 0)
    return { text: value === 0 ? 'nothing before either' : 'nothing before', mood: 'neutral' };
  const share = value / former - 1;
  if (Math.abs(share) < SMALLEST_CHANGE) return { text: 'as before', mood: 'neutral' };
  const goodWhenMore = GOOD_WHEN_MORE[metric];
  const mood = goodWhenMore === undefined ? 'neutral' : share > 0 === goodWhenMore ? 'good' : 'bad';
  return { text: `${share > 0 ? '▲' : '▼'} ${precisePercent(Math.abs(share))}`, mood };
};
