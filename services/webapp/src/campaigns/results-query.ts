import { z } from 'zod';
import { parseRequest } from '../actions/parse-request.ts';
import type { Grain } from './campaign-query.ts';

/** What `GET /api/campaigns/results` is asked for. Moments are epoch milliseconds. */
export type ResultsQuery = {
  readonly window: Grain;
  readonly campaign: string | null;
  readonly channel: string | null;
  /** Windows that begin at this moment or later, and before the other one. */
  readonly from: number | null;
  readonly until: number | null;
  readonly limit: number;
};

const MOST_RESULTS = 10_000;
const DEFAULT_LIMIT = 1_000;

const text = z.string('must be given once');
const moment = text
  .refine((value) => !Number.isNaN(Date.parse(value)), 'must be a moment such as 2026-06-01T12:00:00Z')
  .transform((value) => Date.parse(value));

const resultsQuery = z.object({
  window: z.enum(['1m', '1h', '1d'], 'must be one of 1m, 1h, 1d').default('1m'),
  campaign: text.optional(),
  channel: text.optional(),
  from: moment.optional(),
  until: moment.optional(),
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MOST_RESULTS, `must not be more than ${MOST_RESULTS}`)
    .default(DEFAULT_LIMIT),
});

/** Reads the query string. Throws VALUE_INVALID naming what is wrong. */
export const parseResultsQuery = (query: unknown): ResultsQuery => {
  const { window, campaign, channel, from, until, limit } = parseRequest(resultsQuery, query);
  return {
    window,
    campaign: campaign ?? null,
    channel: channel ?? null,
    from: from ?? null,
    until: until ?? null,
    limit,
  };
};
