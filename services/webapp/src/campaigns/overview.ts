import { type CampaignQuery, RANGES, type TableSort } from './campaign-query.ts';
import { addTo, emptySum, type Figures, isEmpty, metricOf, type Sum } from './figures.ts';
import { downTo, fits, type Span, spanOf, upTo, type Windows } from './span.ts';

/** Figures of one name at each step of the span; empty steps are empty figures. */
export type Series = { readonly name: string; readonly total: Figures; readonly steps: readonly Figures[] };

/** What the table has of one campaign on one channel: of the whole span, or of one window. */
type TableRow = Figures & {
  readonly campaign: string;
  readonly channel: string;
  /** Null for the whole span. */
  readonly window_start: number | null;
};

/** What a query comes to. */
export type Overview = {
  readonly span: Span;
  /** When the first step of the series begins; the others follow at the span's `step`. */
  readonly firstStep: number;
  /** When the oldest window begins that is known: what was before is not nothing, but unknown. */
  readonly knownFrom: number;
  readonly total: Figures;
  /** The period before; null when the windows known do not reach back so far. */
  readonly before: Figures | null;
  readonly byCampaign: readonly Series[];
  readonly byChannel: readonly Series[];
  readonly rows: readonly TableRow[];
  /** Rows that the table leaves out. */
  readonly moreRows: number;
  /** Names seen in the span whatever the filters say, in order. */
  readonly campaigns: readonly string[];
  readonly channels: readonly string[];
};

/** More windows than this are for the CSV file. */
const MOST_ROWS = 100;

const createSeries = (names: Map<string, { total: Sum; steps: Sum[] }>, name: string, count: number) => {
  const made = { total: emptySum(), steps: Array.from({ length: count }, emptySum) };
  names.set(name, made);
  return made;
};

const compareRows = ({ key, reversed }: TableSort) => {
  const sign = reversed ? -1 : 1;
  return (a: TableRow, b: TableRow): number => {
    const byName = a.campaign.localeCompare(b.campaign) || a.channel.localeCompare(b.channel);
    if (key === 'campaign') return sign * byName;
    if (key === 'channel')
      return sign * (a.channel.localeCompare(b.channel) || a.campaign.localeCompare(b.campaign));
    const [valueA, valueB] = [metricOf(a, key), metricOf(b, key)];
    // Without a value last, whichever way.
    if (valueA === null || valueB === null)
      return Number(valueA === null) - Number(valueB === null) || byName;
    return sign * (valueB - valueA) || byName;
  };
};

/** Figures of the period before; null when it is not known whole. */
const figuresBefore = (windows: Windows, query: CampaignQuery, span: Span): Figures | null => {
  const index = windows[span.grain];
  const oldest = index.oldestStart();
  const from = span.previousFrom;
  const until = span.previousFrom + RANGES[query.range].length;
  if (query.since !== null || oldest === null || oldest > from) return null;
  const sum = emptySum();
  for (const row of index.between(from, until)) if (fits(row, query)) addTo(sum, row);
  return sum;
};

/** Adds up what a query asks for. */
export const overviewOf = (windows: Windows, query: CampaignQuery, now: number): Overview => {
  const span = spanOf(windows, query, now);
  // A step that began before the span would look like a fall; after clearing it may be the only one.
  const firstStep = (query.since === null ? upTo : downTo)(span.from, span.step);
  const stepCount = Math.ceil((span.until - firstStep) / span.step);
  const total = emptySum();
  const campaignSeries = new Map<string, { total: Sum; steps: Sum[] }>();
  const channelSeries = new Map<string, { total: Sum; steps: Sum[] }>();
  const totals = new Map<string, Map<string, Sum>>();
  const campaigns = new Set<string>();
  const channels = new Set<string>();
  const single: TableRow[] = [];

  for (const row of windows[span.grain].between(span.from, span.until)) {
    campaigns.add(row.campaign);
    channels.add(row.channel);
    if (!fits(row, query) || isEmpty(row)) continue;
    const step = Math.floor((row.window_start - firstStep) / span.step);
    addTo(total, row);
    for (const [series, name] of [
      [campaignSeries, row.campaign],
      [channelSeries, row.channel],
    ] as const) {
      const one = series.get(name) ?? createSeries(series, name, stepCount);
      addTo(one.total, row);
      if (step >= 0) addTo(one.steps[step]!, row);
    }
    if (query.table === 'windows') single.push(row);
    else {
      const ofCampaign = totals.get(row.campaign) ?? new Map<string, Sum>();
      totals.set(row.campaign, ofCampaign);
      const sum = ofCampaign.get(row.channel) ?? emptySum();
      ofCampaign.set(row.channel, sum);
      addTo(sum, row);
    }
  }

  const summed = [...totals].flatMap(([campaign, ofChannel]) =>
    [...ofChannel].map(([channel, sum]): TableRow => ({ campaign, channel, window_start: null, ...sum })),
  );
  const rows =
    query.table === 'windows'
      ? single.sort(
          (a, b) => b.window_start! - a.window_start! || compareRows({ key: 'spend', reversed: false })(a, b),
        )
      : summed.sort(compareRows(query.sort));
  const listed = (series: Map<string, { total: Sum; steps: Sum[] }>): Series[] =>
    [...series]
      .map(([name, { total, steps }]) => ({ name, total, steps }))
      .sort((a, b) => b.total.spend - a.total.spend || a.name.localeCompare(b.name));
  return {
    span,
    firstStep,
    knownFrom: windows[span.grain].oldestStart() ?? span.until,
    total,
    before: figuresBefore(windows, query, span),
    byCampaign: listed(campaignSeries),
    byChannel: listed(channelSeries),
    rows: rows.slice(0, MOST_ROWS),
    moreRows: Math.max(0, rows.length - MOST_ROWS),
    campaigns: [...campaigns].sort(),
    channels: [...channels].sort(),
  };
};
