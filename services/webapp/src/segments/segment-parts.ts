import type { Fragments } from '../live/fragment-hub.ts';
import type { WorldStatus } from '../live/subscriptions.ts';
import { count, percent } from '../present/format.ts';
import type { Choice, Tile } from '../present/list-page.ts';
import type { Renderer } from '../present/renderer.ts';
import type { CustomerQuery } from '../view/customer-index.ts';
import { formatSort } from '../view/customer-order.ts';
import type { LiveView } from '../view/live-view.ts';
import { type CourseChart, courseChart } from './course-chart.ts';
import { formatMemberQuery, RANGES, type Range, rangeSince, stretchOf } from './member-query.ts';
import { type MemberPage, memberPage } from './members.ts';
import type { SegmentSummary } from './segment-book.ts';
import type { SegmentSite } from './segment-site.ts';
import type { Stretch } from './segment-sizes.ts';

/** What the parts of the pages are made from. */
export type SegmentPartsContext = {
  readonly segments: SegmentSite;
  readonly view: LiveView;
  readonly renderer: Renderer;
  readonly status: () => WorldStatus;
};

/** A segment on the list. */
type SegmentCard = SegmentSummary & { readonly url: string; readonly chart: CourseChart | null };

/** Everything the list shows. */
export type SegmentList = { readonly cards: readonly SegmentCard[]; readonly customers: number };

/** Everything a segment's own page shows. */
export type SegmentPage = MemberPage & {
  readonly segment: SegmentSummary;
  readonly tiles: readonly Tile[];
  readonly query: CustomerQuery;
  readonly chart: CourseChart | null;
  readonly ranges: readonly (Choice & { readonly url: string })[];
  /** Where the chart's script finds the course. */
  readonly sizes_url: string;
  readonly csv_url: string;
  readonly clear_url: string;
  readonly next_url: string | null;
  readonly previous_url: string | null;
  readonly sort: string;
  /** The range that was chosen; null when none was. */
  readonly chosen_range: Range | null;
  /** A table's head sorts by its column; once more turns the direction round. */
  readonly sort_url: (key: string) => string;
};

const CARD_POINTS = 60;
const PAGE_POINTS = 300;

const urlOf = (name: string): string => `/segments/${encodeURIComponent(name)}`;

const worldStatus = ({ renderer, status }: SegmentPartsContext): string =>
  renderer.fragment('partials/world-status', { status: status() });

/** How many more or fewer than before: `+3`, `−2`, `±0`. */
const difference = (now: number, before: number): string => {
  if (now === before) return '±0';
  return now > before ? `+${count(now - before)}` : `−${count(before - now)}`;
};

const tilesOf = (segment: SegmentSummary, customers: number): readonly Tile[] => [
  {
    label: 'Members',
    value: count(segment.members),
    note: `${percent(segment.share)} of ${count(customers)} customers`,
  },
  {
    label: 'Against a day ago',
    value: segment.members_a_day_ago === null ? '–' : difference(segment.members, segment.members_a_day_ago),
    note: segment.members_a_day_ago === null ? 'not known' : `${count(segment.members_a_day_ago)} then`,
  },
  { label: 'Entered', value: count(segment.entered), note: 'within 24 hours' },
  { label: 'Left', value: count(segment.left), note: 'within 24 hours' },
];

/** A course of a few minutes is drawn over at least so much time. */
const SHORTEST_COURSE_MILLISECONDS = 600_000;

/** The last day, or as much of it as is known. */
const knownDay = (since: number | null): Stretch => {
  const now = Date.now();
  const day = stretchOf('24h', now);
  const known = Math.min(since ?? now, now - SHORTEST_COURSE_MILLISECONDS);
  return { from: Math.max(day.from, known), to: now };
};

/** The list of segments, with each one's last day. */
export const segmentList = ({ segments, view }: SegmentPartsContext): SegmentList => {
  const stretch = knownDay(segments.sizes.since());
  return {
    customers: view.index.totals().customers,
    cards: segments.book.all().map((segment) => ({
      ...segment,
      url: urlOf(segment.name),
      chart: courseChart(segments.sizes.course(segment.name, stretch, CARD_POINTS), stretch),
    })),
  };
};

/** What changes on the list while somebody looks at it. */
export const listFragments = (context: SegmentPartsContext): Fragments =>
  new Map([
    ['segments', context.renderer.fragment('partials/segment-list', segmentList(context))],
    ['world-status', worldStatus(context)],
  ]);

/** A segment and a page of its members. Throws NOT_FOUND, REDIS_UNAVAILABLE. */
export const segmentPage = async (
  { segments, view }: SegmentPartsContext,
  name: string,
  query: CustomerQuery,
  chosen: Range | null,
): Promise<SegmentPage> => {
  const segment = segments.book.one(name);
  const now = Date.now();
  const range = chosen ?? rangeSince(segments.sizes.since(), now);
  const stretch = stretchOf(range, now);
  const members = await memberPage(view, name, query);
  const url = (others: Partial<CustomerQuery>, otherRange: Range | null = chosen): string =>
    `${urlOf(name)}${formatMemberQuery({ ...query, cursor: null, ...others }, otherRange)}`;
  const { next, previous } = members.page;
  const sort = formatSort(query.sort);
  const exported = formatMemberQuery({ ...query, cursor: null }, null);
  return {
    ...members,
    segment,
    tiles: tilesOf(segment, view.index.totals().customers),
    query,
    chart: courseChart(segments.sizes.course(name, stretch, PAGE_POINTS), stretch),
    ranges: (Object.keys(RANGES) as Range[]).map((value) => ({
      value,
      label: RANGES[value].label,
      chosen: value === range,
      url: url({ cursor: query.cursor }, value),
    })),
    sizes_url: `/api${urlOf(name)}/sizes?range=${range}`,
    csv_url: `/api${urlOf(name)}/members.csv${exported}`,
    clear_url: url({ search: '' }),
    next_url: next === null ? null : url({ cursor: next }),
    previous_url: previous === null ? null : url({ cursor: previous }),
    sort,
    chosen_range: chosen,
    sort_url: (key) => url({ sort: { key: key as CustomerQuery['sort']['key'], reversed: sort === key } }),
  };
};

/** What changes on a segment's page while somebody looks at it. */
export const pageFragments = async (
  context: SegmentPartsContext,
  name: string,
  query: CustomerQuery,
  range: Range | null,
): Promise<Fragments> => {
  const page = await segmentPage(context, name, query, range);
  const locals = { ...page, now: Date.now() };
  return new Map([
    ['totals-of-segment', context.renderer.fragment('partials/segment-tiles', locals)],
    ['members', context.renderer.fragment('partials/segment-members', locals)],
    ['world-status', worldStatus(context)],
  ]);
};

/** The address at which a segment's page listens. */
export const pageEventsUrl = (name: string, query: CustomerQuery, range: Range | null): string => {
  const values = new URLSearchParams(formatMemberQuery(query, range));
  values.set('name', name);
  return `/events/segment?${values}`;
};
