import { engagementRate } from '@marketing-streams/domain/engagement';
import { LIFECYCLE_STAGES } from '@marketing-streams/domain/lifecycle';
import { formatListQuery } from '../http/list-query.ts';
import { encodeCursor } from '../view/cursor.ts';
import type { CustomerQuery, CustomerPage as IndexPage } from '../view/customer-index.ts';
import { formatSort } from '../view/customer-order.ts';
import type { CustomerTotals } from '../view/customer-totals.ts';
import { count, percent, stageName, tileMoney } from './format.ts';

/** How the list is laid out. */
export type Layout = 'cards' | 'table';

export type Choice = { readonly value: string; readonly label: string; readonly chosen: boolean };
type FilterChip = {
  readonly label: string;
  readonly stage: string | null;
  readonly count: string;
  readonly url: string;
  readonly chosen: boolean;
};
export type Tile = { readonly label: string; readonly value: string; readonly note: string };

const SORTS: readonly (readonly [value: string, label: string])[] = [
  ['created', 'Newest first'],
  ['-created', 'Oldest first'],
  ['updated', 'Recently updated'],
  ['name', 'Name A to Z'],
  ['-name', 'Name Z to A'],
  ['lifetime_value', 'Highest value'],
  ['-lifetime_value', 'Lowest value'],
  ['engagement', 'Most engaged'],
  ['-engagement', 'Least engaged'],
  ['propensity', 'Most likely to order'],
  ['-propensity', 'Least likely to order'],
  ['last_order', 'Latest order'],
  ['-last_order', 'Longest without order'],
];

/** The tiles on top. */
export const totalTiles = (totals: CustomerTotals): readonly Tile[] => {
  const { customers, active, lifetime_value, orders, delivered, failed } = totals;
  const share = customers === 0 ? 0 : active / customers;
  const each = customers === 0 ? 0 : Math.round(lifetime_value / customers);
  return [
    { label: 'Customers', value: count(customers), note: `${count(active)} active · ${percent(share)}` },
    { label: 'Lifetime value', value: tileMoney(lifetime_value), note: `${tileMoney(each)} per customer` },
    {
      label: 'Orders',
      value: count(orders),
      note: `${tileMoney(orders === 0 ? 0 : Math.round(lifetime_value / orders))} on average`,
    },
    {
      label: 'Engagement',
      value: percent(engagementRate(delivered, failed)),
      note: `${count(delivered)} of ${count(delivered + failed)} messages delivered`,
    },
  ];
};

/** Where a link of the list leads: the same list with something else chosen, from its first page on. */
const listUrl = (
  query: CustomerQuery,
  layout: Layout,
  others: Readonly<Record<string, string | null>>,
): string =>
  `/customers${formatListQuery({ ...query, cursor: null }, { layout: layout === 'table' ? 'table' : null, ...others })}`;

/** Everything the list's controls show. */
export const listControls = (
  query: CustomerQuery,
  page: IndexPage,
  totals: CustomerTotals,
  layout: Layout,
) => {
  const url = (others: Readonly<Record<string, string | null>>): string => listUrl(query, layout, others);
  const chips: readonly FilterChip[] = [
    {
      label: 'All',
      stage: null,
      count: count(totals.customers),
      url: url({ stage: null }),
      chosen: query.stage === null,
    },
    ...LIFECYCLE_STAGES.toReversed().map((stage) => ({
      label: stageName(stage),
      stage,
      count: count(totals.by_stage[stage]),
      url: url({ stage }),
      chosen: query.stage === stage,
    })),
  ];
  const sort = formatSort(query.sort);
  return {
    chips,
    sorts: SORTS.map(([value, label]): Choice => ({ value, label, chosen: value === sort })),
    segments: Object.entries(totals.by_segment).map(
      ([value, size]): Choice => ({
        value,
        label: `${stageName(value)} (${count(size)})`,
        chosen: value === query.segment,
      }),
    ),
    layouts: (['cards', 'table'] as const).map((value) => ({
      label: value === 'cards' ? 'Cards' : 'Table',
      value,
      url: url({ layout: value === 'table' ? 'table' : null }),
      chosen: value === layout,
    })),
    isFiltered: query.search !== '' || query.stage !== null || query.segment !== null,
    clearUrl: url({ search: null, stage: null, segment: null }),
    nextUrl: page.next === null ? null : url({ cursor: encodeCursor(page.next) }),
    previousUrl: page.previous === null ? null : url({ cursor: encodeCursor(page.previous) }),
    /** A table's head sorts by its column; once more turns the direction round. */
    sortUrl: (key: string): string => url({ sort: sort === key ? `-${key}` : key }),
    sortState: (key: string): 'natural' | 'reversed' | null =>
      query.sort.key === key ? (query.sort.reversed ? 'reversed' : 'natural') : null,
  };
};
