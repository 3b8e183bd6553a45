import { z } from 'zod';
import { parseRequest } from '../actions/parse-request.ts';
import { parseListQuery } from '../http/list-query.ts';
import { encodeCursor } from '../view/cursor.ts';
import type { CustomerQuery } from '../view/customer-index.ts';
import { formatSort } from '../view/customer-order.ts';
import { DAY_MILLISECONDS } from './segment-book.ts';
import type { Stretch } from './segment-sizes.ts';

/** How far back the course of a segment's size is shown, by what addresses say. */
export const RANGES = {
  '1h': { label: 'Hour', milliseconds: DAY_MILLISECONDS / 24 },
  '24h': { label: 'Day', milliseconds: DAY_MILLISECONDS },
  '7d': { label: 'Week', milliseconds: 7 * DAY_MILLISECONDS },
  '30d': { label: 'Month', milliseconds: 30 * DAY_MILLISECONDS },
} as const;
export type Range = keyof typeof RANGES;

const NAMES = Object.keys(RANGES) as Range[];
const DEFAULT_SORT = 'entered';

const rangeQuery = z.object({
  range: z.enum(NAMES, `must be one of ${NAMES.join(', ')}`).optional(),
});

/** Reads the range of a query string, null when none is chosen. Throws VALUE_INVALID naming what is wrong. */
export const parseRange = (query: unknown): Range | null => parseRequest(rangeQuery, query).range ?? null;

/** The range for who has chosen none: a day, or an hour while nothing older is known. */
export const rangeSince = (since: number | null, now: number): Range =>
  since !== null && since > now - RANGES['1h'].milliseconds ? '1h' : '24h';

/** The stretch of time that ends now. */
export const stretchOf = (range: Range, now: number): Stretch => ({
  from: now - RANGES[range].milliseconds,
  to: now,
});

/** Reads which members are wanted, latest first unless told. Throws VALUE_INVALID naming what is wrong. */
export const parseMemberQuery = (segment: string, query: Readonly<Record<string, unknown>>): CustomerQuery =>
  parseListQuery({ ...query, segment, sort: query['sort'] || DEFAULT_SORT });

/** A query string that says the same; defaults are left out. Begins with `?` or is empty. */
export const formatMemberQuery = (query: CustomerQuery, range: Range | null): string => {
  const sort = formatSort(query.sort);
  const values: Readonly<Record<string, string | null>> = {
    search: query.search === '' ? null : query.search,
    stage: query.stage,
    sort: sort === DEFAULT_SORT ? null : sort,
    range,
    cursor: query.cursor === null ? null : encodeCursor(query.cursor),
  };
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};
