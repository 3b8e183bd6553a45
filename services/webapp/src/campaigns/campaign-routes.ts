import { Router } from 'express';
import type { WebContext } from '../http/context.ts';
import { sendCsv } from '../http/csv.ts';
import { createPageSender } from '../http/send-page.ts';
import type { Fragments } from '../live/fragment-hub.ts';
import { controlsOf, liveParts } from './campaign-page.ts';
import { type CampaignQuery, formatCampaignQuery, parseCampaignQuery } from './campaign-query.ts';
import { RESULT_COLUMNS, resultCells, resultJson } from './result-json.ts';
import { parseResultsQuery, type ResultsQuery } from './results-query.ts';
import { spanOf } from './span.ts';
import type { WindowIndex, WindowRow } from './window-index.ts';

/** Parts of the dashboard that change by themselves; each is a partial and an element of that name. */
const LIVE_PARTS = ['empty', 'notes', 'cards', 'charts', 'top', 'alerts', 'table'] as const;

/** Windows per piece of a CSV file. */
const ROWS_PER_PIECE = 500;

type Context = Pick<WebContext, 'campaigns' | 'renderer' | 'status'>;

/** What is away, as far as this page is concerned: its tables are in memory and need no Redis. */
const worldOf = ({ status }: Context) => ({ kafka: status().kafka, redis: null });

const fragmentsOf = (context: Context, query: CampaignQuery): Fragments => {
  const { campaigns, renderer } = context;
  const parts = { ...liveParts(query, campaigns.book), now: Date.now() };
  const status = worldOf(context);
  return new Map([
    ['world-status', renderer.fragment('partials/world-status', { status })],
    ...LIVE_PARTS.map(
      (name) => [`campaign-${name}`, renderer.fragment(`partials/campaign-${name}`, parts)] as const,
    ),
  ]);
};

/** The dashboard, and its windows as a CSV file. */
export const campaignPageRoutes = (context: WebContext): Router => {
  const router = Router();
  const { book } = context.campaigns;
  const send = createPageSender(context, 'campaigns');

  router.get('/campaigns', (request, response) => {
    const query = parseCampaignQuery(request.query);
    const parts = liveParts(query, book);
    const now = Date.now();
    send(request, response, 'campaigns', {
      title: 'Campaigns',
      ...parts,
      status: worldOf(context),
      controls: controlsOf(query, parts, now),
      now,
      events_url: query.refresh === 'off' ? null : `/events/campaigns${formatCampaignQuery(query)}`,
    });
  });

  router.get('/campaigns.csv', async (request, response) => {
    const query = parseCampaignQuery(request.query);
    const span = spanOf(book.windows, query, Date.now());
    const pieces = async function* () {
      // As they are at this moment: what changes while somebody downloads is not mixed in.
      const rows = [...book.windowsOf(query, span)];
      for (let start = 0; start < rows.length; start += ROWS_PER_PIECE)
        yield rows.slice(start, start + ROWS_PER_PIECE).map((row) => resultCells(row, span.grain));
    };
    await sendCsv(response, `campaigns-${query.range}.csv`, RESULT_COLUMNS, pieces());
  });

  return router;
};

/** Events: parts of the dashboard that look different, or for programs each window that changed. */
export const campaignEventRoutes = (context: WebContext): Router => {
  const router = Router();
  const { pages, results } = context.campaigns;

  router.get('/events/campaigns', (request, response) => {
    const query = parseCampaignQuery(request.query);
    pages.subscribe(response, {
      address: formatCampaignQuery(query),
      render: () => fragmentsOf(context, query),
    });
  });

  router.get('/events/campaigns/results', (request, response) => {
    const { campaign, channel } = parseResultsQuery(request.query);
    results.subscribe(
      response,
      (row) =>
        (campaign === null || row.campaign === campaign) && (channel === null || row.channel === channel),
    );
  });

  return router;
};

/** The newest windows that a query asks for, newest first. */
const newestResults = (index: WindowIndex, query: ResultsQuery): readonly WindowRow[] => {
  const oldest = index.oldestStart();
  const newest = index.newestStart(Number.MAX_SAFE_INTEGER);
  if (oldest === null || newest === null) return [];
  const from = Math.max(query.from ?? oldest, oldest);
  const until = Math.min(query.until ?? newest + 1, newest + 1);
  const { campaign, channel, limit } = query;
  return [...index.between(from, until)]
    .filter(
      (row) =>
        (campaign === null || row.campaign === campaign) && (channel === null || row.channel === channel),
    )
    .reverse()
    .slice(0, limit);
};

/** The REST API of campaigns; docs/api.md describes it for its users. */
export const campaignApiRoutes = ({ campaigns }: WebContext): Router => {
  const router = Router();
  const { book } = campaigns;

  router.get('/campaigns/results', (request, response) => {
    const query = parseResultsQuery(request.query);
    const newest = book.newest();
    response.json({
      results: newestResults(book.windows[query.window], query).map((row) => resultJson(row, query.window)),
      newest_window_end: newest === null ? null : new Date(newest.windowEnd).toISOString(),
      written_at: newest === null ? null : new Date(newest.writtenAt).toISOString(),
    });
  });

  return router;
};
