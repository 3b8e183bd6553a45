import type { Alert } from '@marketing-streams/contracts/generated/alert';
import { counted, money } from '../present/format.ts';
import type { CampaignBook } from './campaign-book.ts';
import { changeOf, formatMetric, formatShort, METRIC_HINTS, METRIC_LABELS } from './campaign-format.ts';
import {
  type CampaignQuery,
  formatCampaignQuery,
  RANGES,
  REFRESH_SECONDS,
  type SortKey,
} from './campaign-query.ts';
import { chartData } from './chart-data.ts';
import { METRICS, type Metric, metricOf } from './figures.ts';
import type { Overview, Series } from './overview.ts';

const CARD_METRICS = ['spend', 'clicks', 'conversions', 'cpc', 'cpa', 'ctr'] as const;
const COLUMNS = ['impressions', 'clicks', 'ctr', 'conversions', 'spend', 'cpc', 'cpa'] as const;
const TOP = 5;

type Choice = { readonly value: string; readonly label: string; readonly chosen: boolean };

const choices = (all: string, names: readonly string[], chosen: string | null): readonly Choice[] => [
  { value: '', label: all, chosen: chosen === null },
  ...[...new Set(chosen === null ? names : [...names, chosen])]
    .sort()
    .map((name) => ({ value: name, label: name, chosen: name === chosen })),
];

/** Prices are the better the lower they are. */
const isPrice = (metric: Metric): boolean => metric === 'cpc' || metric === 'cpa';

/**
 * The best campaigns by the chosen metric, with the length of their bars as a share of the longest, 0 to 100. A campaign
 * without a price, since nobody clicked or bought, is not among the cheapest.
 */
const topCampaigns = (series: readonly Series[], metric: Metric) => {
  const ranked = series
    .flatMap(({ name, total }) => {
      const value = metricOf(total, metric);
      return value === null ? [] : [{ name, total, value }];
    })
    .sort((a, b) => (isPrice(metric) ? a.value - b.value : b.value - a.value))
    .slice(0, TOP);
  const largest = Math.max(0, ...ranked.map(({ value }) => value));
  return ranked.map(({ name, total, value }) => ({
    name,
    value: formatMetric(metric, value),
    note: `${counted(total.conversions, 'conversion')} for ${money(total.spend)}`,
    bar: largest === 0 ? 0 : (100 * value) / largest,
  }));
};

/** The table as it is shown. */
const tableOf = (query: CampaignQuery, { rows, moreRows, span }: Overview) => {
  const head = (key: SortKey, label: string, isNumber: boolean, hint?: string) => {
    const isSorted = query.sort.key === key;
    const sort = { key, reversed: isSorted && !query.sort.reversed };
    const isAscending = isNumber === query.sort.reversed;
    return {
      label,
      hint,
      isNumber,
      // Windows are listed newest first, and sorting sums is what the others are for.
      url: query.table === 'windows' ? null : `/campaigns${formatCampaignQuery(query, { sort })}`,
      sorted: query.table === 'totals' && isSorted ? (isAscending ? 'ascending' : 'descending') : null,
    };
  };
  return {
    kind: query.table,
    grain: span.grain,
    kinds: (['totals', 'windows'] as const).map((table) => ({
      label: table === 'totals' ? 'Totals' : 'Windows',
      url: `/campaigns${formatCampaignQuery(query, { table })}`,
      chosen: table === query.table,
    })),
    heads: [
      head('campaign', 'Campaign', false),
      head('channel', 'Channel', false),
      ...COLUMNS.map((metric) => head(metric, METRIC_LABELS[metric], true, METRIC_HINTS[metric])),
    ],
    rows: rows.map((row) => ({
      campaign: row.campaign,
      channel: row.channel,
      window_start: row.window_start,
      cells: COLUMNS.map((metric) => formatMetric(metric, metricOf(row, metric))),
    })),
    moreRows,
  };
};

/** Everything that changes by itself on the dashboard. */
export const liveParts = (query: CampaignQuery, book: CampaignBook) => {
  const overview = book.overview(query);
  const { span, total, before } = overview;
  return {
    query,
    span,
    isEmpty: book.newest() === null,
    newest: book.newest(),
    cards: CARD_METRICS.map((metric) => ({
      metric,
      label: METRIC_LABELS[metric],
      hint: METRIC_HINTS[metric] ?? null,
      value: formatShort(metric, total),
      change: changeOf(metric, total, before),
    })),
    charts: chartData(query.metric, overview),
    top: topCampaigns(overview.byCampaign, query.metric),
    topOrder: isPrice(query.metric) ? ', lowest first' : '',
    table: tableOf(query, overview),
    alerts: book.alerts(query).map(alertLine),
    late: book.late(query, span),
    names: { campaigns: overview.campaigns, channels: overview.channels },
  };
};

export type LiveParts = ReturnType<typeof liveParts>;

const alertLine = ({ alert_id, severity, status, message, subject, started_at, changed_at }: Alert) => ({
  alert_id,
  severity,
  status,
  message,
  subject: Object.values(subject).join(' · '),
  started_at,
  changed_at,
});

/** The controls: what can be chosen and where it leads. */
export const controlsOf = (query: CampaignQuery, { names }: LiveParts, now: number) => ({
  ranges: Object.entries(RANGES).map(
    ([value, { label }]): Choice => ({
      value,
      label: `Last ${label}`,
      chosen: value === query.range,
    }),
  ),
  metrics: METRICS.map(
    (value): Choice => ({
      value,
      label: METRIC_LABELS[value],
      chosen: value === query.metric,
    }),
  ),
  campaigns: choices('All campaigns', names.campaigns, query.campaign),
  channels: choices('All channels', names.channels, query.channel),
  refreshes: [
    ...REFRESH_SECONDS.map(
      (seconds): Choice => ({
        value: String(seconds),
        label: `Live, every ${seconds} s`,
        chosen: seconds === query.refresh,
      }),
    ),
    { value: 'off', label: 'Off', chosen: query.refresh === 'off' },
  ],
  isFiltered: query.campaign !== null || query.channel !== null,
  url: `/campaigns${formatCampaignQuery(query)}`,
  unfilteredUrl: `/campaigns${formatCampaignQuery(query, { campaign: null, channel: null })}`,
  clearUrl: `/campaigns${formatCampaignQuery(query, { since: now })}`,
  showAllUrl: `/campaigns${formatCampaignQuery(query, { since: null })}`,
  csvUrl: `/campaigns.csv${formatCampaignQuery(query, { refresh: 10 })}`,
});
