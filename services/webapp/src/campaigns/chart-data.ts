import { numberFromCents } from '@marketing-streams/domain/money';
import { METRIC_LABELS } from './campaign-format.ts';
import { addTo, emptySum, type Figures, type Metric, metricOf } from './figures.ts';
import type { Overview, Series } from './overview.ts';

/** One chart as its script draws it. */
type Chart = {
  /** Name of each line. */
  readonly names: readonly string[];
  /**
   * Values of each line at `times`; null where there is nothing to divide by, and before the first window known. Money
   * in dollars, CTR in per cent.
   */
  readonly lines: readonly (readonly (number | null)[])[];
};

/** Both charts of the dashboard. */
export type ChartData = {
  readonly label: string;
  readonly unit: 'money' | 'percent' | 'count';
  /** When each step begins, epoch seconds. */
  readonly times: readonly number[];
  readonly campaigns: Chart;
  readonly channels: Chart;
};

/** More lines than this cannot be told apart: the others go together. */
const MOST_LINES = 7;
/** Enough for a line that is some hundred points high. */
const DECIMALS = 4;

const rounded = (value: number): number => Number(value.toFixed(DECIMALS));

const chartValue = (metric: Metric, figures: Figures): number | null => {
  const value = metricOf(figures, metric);
  if (value === null) return null;
  if (metric === 'ctr') return rounded(value * 100);
  return metric === 'spend' || metric === 'cpc' || metric === 'cpa' ? rounded(numberFromCents(value)) : value;
};

const together = (series: readonly Series[]): Series => {
  const total = emptySum();
  const steps = series[0]!.steps.map(emptySum);
  for (const one of series) {
    addTo(total, one.total);
    for (const [step, figures] of one.steps.entries()) addTo(steps[step]!, figures);
  }
  return { name: `${series.length} others`, total, steps };
};

const chartOf = (metric: Metric, series: readonly Series[], firstKnown: number): Chart => {
  const isTooMany = series.length > MOST_LINES + 1;
  const shown = isTooMany ? series.slice(0, MOST_LINES) : series;
  // By name, so that a line keeps its colour when the order by spend changes.
  const ordered = [...shown].sort((a, b) => a.name.localeCompare(b.name));
  if (isTooMany) ordered.push(together(series.slice(MOST_LINES)));
  return {
    names: ordered.map(({ name }) => name),
    lines: ordered.map(({ steps }) =>
      steps.map((figures, step) => (step < firstKnown ? null : chartValue(metric, figures))),
    ),
  };
};

/** What the charts draw of a metric. */
export const chartData = (
  metric: Metric,
  { span, firstStep, knownFrom, byCampaign, byChannel }: Overview,
): ChartData => {
  const steps = Math.max(0, Math.ceil((span.until - firstStep) / span.step));
  const firstKnown = Math.floor((knownFrom - firstStep) / span.step);
  return {
    label: METRIC_LABELS[metric],
    unit:
      metric === 'ctr'
        ? 'percent'
        : metric === 'spend' || metric === 'cpc' || metric === 'cpa'
          ? 'money'
          : 'count',
    times: Array.from({ length: steps }, (_, step) => (firstStep + step * span.step) / 1000),
    campaigns: chartOf(metric, byCampaign, firstKnown),
    channels: chartOf(metric, byChannel, firstKnown),
  };
};
