import { LIFECYCLE_STAGES } from '@marketing-streams/domain/lifecycle';
import { z } from 'zod';
import { parseRequest } from '../actions/parse-request.ts';
import { decodeCursor, encodeCursor } from '../view/cursor.ts';
import type { CustomerQuery } from '../view/customer-index.ts';
import { formatSort, parseSort, SORT_KEYS } from '../view/customer-order.ts';

const PAGE_SIZE = 24;
const LARGEST_PAGE = 100;

const given = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => (value === '' ? undefined : value), shape.optional());

const listQuery = z.object({
  search: z.string('must be given once').max(200, 'must not be longer than 200 characters').default(''),
  stage: given(z.enum(LIFECYCLE_STAGES, `must be one of ${LIFECYCLE_STAGES.join(', ')}`)),
  segment: given(z.string('must be given once')),
  sort: given(
    z.string('must be given once').transform((text, context) => {
      const sort = parseSort(text);
      if (sort !== null) return sort;
      const known = Object.keys(SORT_KEYS).join(', ');
      context.addIssue({
        code: 'custom',
        message: `must be one of ${known}, with - in front for the reverse`,
      });
      return z.NEVER;
    }),
  ),
  cursor: given(
    z.string('must be given once').transform((text, context) => {
      const cursor = decodeCursor(text);
      if (cursor !== null) return cursor;
      context.addIssue({ code: 'custom', message: 'is not a cursor that this list gave' });
      return z.NEVER;
    }),
  ),
  limit: given(
    z.coerce
      .number('must be a number')
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(LARGEST_PAGE, `must not be more than ${LARGEST_PAGE}`),
  ),
});

/** Reads filters, sort and page from a query string. Throws VALUE_INVALID naming what is wrong. */
export const parseListQuery = (query: unknown): CustomerQuery => {
  const { search, stage, segment, sort, cursor, limit } = parseRequest(listQuery, query);
  return {
    search,
    stage: stage ?? null,
    segment: segment ?? null,
    sort: sort ?? { key: 'created', reversed: false },
    cursor: cursor ?? null,
    limit: limit ?? PAGE_SIZE,
  };
};

/** A query string that `parseListQuery` reads as this query; defaults are left out. Begins with `?` or is empty. */
export const formatListQuery = (
  query: CustomerQuery,
  others: Readonly<Record<string, string | null>> = {},
): string => {
  const sort = formatSort(query.sort);
  const values: Record<string, string | null> = {
    search: query.search === '' ? null : query.search,
    stage: query.stage,
    segment: query.segment,
    sort: sort === 'created' ? null : sort,
    cursor: query.cursor === null ? null : encodeCursor(query.cursor),
    limit: query.limit === PAGE_SIZE ? null : String(query.limit),
    ...others,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== null) parameters.set(name, value);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
};
