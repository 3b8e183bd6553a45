import { PlatformError } from '@marketing-streams/platform/errors';
import { type Request, Router } from 'express';
import type { WebContext } from '../http/context.ts';
import { sendCsv } from '../http/csv.ts';
import { createPageSender } from '../http/send-page.ts';
import { iso } from '../present/format.ts';
import { encodeCursor } from '../view/cursor.ts';
import { parseMemberQuery, parseRange, stretchOf } from './member-query.ts';
import { EXPORT_HEADER, exportMembers, membersJson } from './members.ts';
import { segmentJson, sizeJson } from './segment-json.ts';
import { listFragments, pageEventsUrl, pageFragments, segmentList, segmentPage } from './segment-parts.ts';

/** Most points of a course: about one for every two pixels of a chart. */
const COURSE_POINTS = 500;

type Query = Readonly<Record<string, unknown>>;

/** `/segments` and a page for each segment. */
export const segmentPageRoutes = (context: WebContext): Router => {
  const router = Router();
  const send = createPageSender(context, 'segments');

  router.get('/segments', (request, response) => {
    send(request, response, 'segments', {
      title: 'Segments',
      ...segmentList(context),
      events_url: '/events/segments',
    });
  });

  router.get('/segments/:name', async (request, response) => {
    const { name } = request.params;
    const query = parseMemberQuery(name, request.query as Query);
    const range = parseRange(request.query);
    const page = await segmentPage(context, name, query, range);
    send(request, response, 'segment', {
      title: page.segment.title,
      ...page,
      events_url: pageEventsUrl(name, query, range),
      charts: true,
    });
  });

  return router;
};

/** Events of the pages: the parts that look different. */
export const segmentEventRoutes = (context: WebContext): Router => {
  const router = Router();
  const { pages, book } = context.segments;

  router.get('/events/segments', (request, response) => {
    pages.subscribe(response, { address: request.originalUrl, render: () => listFragments(context) });
  });

  router.get('/events/segment', (request, response) => {
    const query = request.query as Query;
    const { name } = book.one(String(query['name'] ?? ''));
    const wanted = parseMemberQuery(name, query);
    const range = parseRange(query);
    pages.subscribe(response, {
      address: request.originalUrl,
      render: () => pageFragments(context, name, wanted, range),
    });
  });

  return router;
};

/** The REST API of segments; docs/api.md describes it for its users. */
export const segmentApiRoutes = (context: WebContext): Router => {
  const router = Router();
  const { view, segments } = context;
  const nameOf = (request: Request<{ name: string }>): string => segments.book.one(request.params.name).name;

  router.get('/segments', (_request, response) => {
    response.json({ segments: segments.book.all().map(segmentJson) });
  });

  router.get('/segments/:name', (request, response) => {
    response.json(segmentJson(segments.book.one(request.params.name)));
  });

  router.get('/segments/:name/sizes', (request, response) => {
    const name = nameOf(request);
    const stretch = stretchOf(parseRange(request.query) ?? '24h', Date.now());
    const course = segments.sizes.course(name, stretch, COURSE_POINTS);
    response.json({
      segment: name,
      from: iso(stretch.from),
      to: iso(stretch.to),
      sizes: course.map(sizeJson),
    });
  });

  router.get('/segments/:name/members', async (request, response) => {
    const name = nameOf(request);
    const page = view.index.page(parseMemberQuery(name, request.query as Query));
    response.json({
      segment: name,
      members: await membersJson(view, name, page.customer_ids),
      matches: page.matches,
      next_cursor: page.next === null ? null : encodeCursor(page.next),
      previous_cursor: page.previous === null ? null : encodeCursor(page.previous),
    });
  });

  router.get('/segments/:name/members.csv', async (request, response) => {
    const name = nameOf(request);
    const query = parseMemberQuery(name, request.query as Query);
    // Half of a list would be taken for the whole.
    const problem = view.problem();
    if (problem !== null) throw new PlatformError('STORAGE_UNAVAILABLE', problem);
    await sendCsv(response, `${name}-members.csv`, EXPORT_HEADER, exportMembers(view, name, query));
  });

  return router;
};
