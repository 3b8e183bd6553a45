import { isEpochMilliseconds } from '@marketing-streams/contracts/time';
import { z } from 'zod';
import { parseRequest } from '../actions/parse-request.ts';
import { METRICS, type Metric } from './figures.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Length of the windows a range is made of: minutes from `results`, hours and days from gold's roll-ups. */
export type Grain = '1m' | '1h' | '1d';

/** A stretch of time to look at, in milliseconds: how long, in steps of which length, made of which windows. */
export type Range = {
  readonly label: string;
  readonly length: number;
  readonly step: number;
  readonly grain: Grain;
};

/** The ranges the dashboard offers. */
export const RANGES = {
  '15m': { label: '15 minutes', length: 15 * MINUTE, step: MINUTE, grain: '1m' },
  '1h': { label: 'hour', length: HOUR, step: MINUTE, grain: '1m' },
  '6h': { label: '6 hours', length: 6 * HOUR, step: 5 * MINUTE, grain: '1m' },
  '24h': { label: '24 hours', length: DAY, step: 15 * MINUTE, grain: '1m' },
  '7d': { label: '7 days', length: 7 * DAY, step: HOUR, grain: '1h' },
  '30d': { label: '30 days', length: 30 * DAY, step: 6 * HOUR, grain: '1h' },
  '90d': { label: '90 days', length: 90 * DAY, step: DAY, grain: '1d' },
} as const satisfies Readonly<Record<string, Range>>;
type RangeName = keyof typeof RANGES;

/** Length of a grain's windows in milliseconds. */
export const GRAIN_MILLISECONDS: Readonly<Record<Grain, number>> = { '1m': MINUTE, '1h': HOUR, '1d': DAY };

/** Columns the table sorts by. */
const SORT_KEYS = ['campaign', 'channel', ...METRICS] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export type TableSort = { readonly key: SortKey; readonly reversed: boolean };

/** What the table lists: sums over the range, or its single windows, newest first. */
type TableKind = 'totals' | 'windows';

/** Seconds between two refreshes of the whole page that the dashboard offers; off means that nothing changes by itself. */
export const REFRESH_SECONDS = [5, 10, 30, 60] as const;
type Refresh = (typeof REFRESH_SECONDS)[number] | 'off';

/** Everything that the dashboard's address says. */
export type CampaignQuery = {
  readonly range: RangeName;
  readonly campaign: string | null;
  readonly channel: string | null;
  /** What the charts and the ranking show. */
  readonly metric: Metric;
  readonly sort: TableSort;
  readonly table: TableKind;
  readonly refresh: Refresh;
  /** Windows that ended before this moment are left out: the view was cleared. Epoch milliseconds. */
  readonly since: number | null;
};

const DEFAULTS = { range: '1h', metric: 'spend', sort: 'spend', table: 'totals', refresh: '10' } as const;

const text = z.string('must be given once');
/** An empty field of a form counts as not given. */
const given = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => (value === '' ? undefined : value), shape.optional());
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  given(z.enum(values, `must be one of ${values.join(', ')}`));

const RANGE_NAMES = Object.keys(RANGES) as [RangeName, ...RangeName[]];
const REFRESH_NAMES = ['off', ...REFRESH_SECONDS.map(String)] as [string, ...string[]];
const SORT_NAMES = SORT_KEYS.flatMap((key) => [key, `-${key}`]) as [string, ...string[]];

const campaignQuery = z.object({
  range: oneOf(RANGE_NAMES),
  campaign: given(text),
  channel: given(text),
  metric: oneOf(METRICS),
  sort: oneOf(SORT_NAMES),
  table: oneOf(['totals', 'windows']),
  refresh: oneOf(REFRESH_NAMES),
  since: given(
    z.coerce
      .number('must be a number of milliseconds')
      .int('must be whole')
      .min(0)
      .refine(isEpochMilliseconds, 'must be a moment'),
  ),
});

/** Reads the dashboard's address. Throws VALUE_INVALID naming what is wrong. */
export const parseCampaignQuery = (query: unknown): CampaignQuery => {
  const parsed = parseRequest(campaignQuery, query);
  const sort = parsed.sort ?? DEFAULTS.sort;
  const refresh = parsed.refresh ?? DEFAULTS.refresh;
  return {
    range: parsed.range ?? DEFAULTS.range,
    campaign: parsed.campaign ?? null,
    channel: parsed.channel ?? null,
    metric: parsed.metric ?? DEFAULTS.metric,
    sort: { key: sort.replace('-', '') as SortKey, reversed: sort.startsWith('-') },
    table: parsed.table ?? DEFAULTS.table,
    refresh: refresh === 'off' ? 'off' : (Number(refresh) as Refresh),
    since: parsed.since ?? null,
  };
};

/** A query string that `parseCampaignQuery` reads as this query; defaults are left out. Begins with `?` or is empty. */
export const formatCampaignQuery = (query: CampaignQuery, others: Partial<CampaignQuery> = {}): string => {
  const all = { ...query, ...others };
  const values: Readonly<Record<string, string | null>> = {
    range: all.range,
    campaign: all.campaign,
    channel: all.channel,
    metric: all.metric,
    sort: `${all.sort.reversed ? '-' : ''}${all.sort.key}`,
    table: all.table,
    refresh: String(all.refresh),
    since: all.since === null ? null : String(all.since),
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== DEFAULTS[name as keyof typeof DEFAULTS]) parameters.set(name, value);
  }
  const written = parameters.toString();
  return written === '' ? '' : `?${written}`;
};
