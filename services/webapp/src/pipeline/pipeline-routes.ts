import { Router } from 'express';
import type { WebContext } from '../http/context.ts';
import { createPageSender } from '../http/send-page.ts';
import type { Fragments } from '../live/fragment-hub.ts';
import { pipelineJson } from './pipeline-json.ts';
import { causeWords, type PipelinePage, pipelinePage, STATE_WORDS } from './pipeline-page.ts';

/** What the templates use besides the page's values. */
const WORDS = { stateWords: STATE_WORDS, causeWords };

/** Figures for somebody who comes: fresh when Kafka answers, else what is known. */
const freshPage = async (context: WebContext): Promise<PipelinePage> => {
  const { pipeline } = context;
  const [lag] = await Promise.all([pipeline.lag.fresh(), pipeline.deadLetters.updateSoon()]);
  return pipelinePage(context, lag);
};

/** `/pipeline`. */
export const pipelinePageRoutes = (context: WebContext): Router => {
  const router = Router();
  const send = createPageSender(context, 'pipeline');
  router.get('/pipeline', async (request, response) => {
    send(request, response, 'pipeline', {
      title: 'Pipeline',
      ...(await freshPage(context)),
      ...WORDS,
      events_url: '/events/pipeline',
    });
  });
  return router;
};

/** What changes on the page while somebody looks at it. */
const pageFragments = (context: WebContext): Fragments => {
  const { renderer, pipeline } = context;
  const page = { ...pipelinePage(context, pipeline.lag.latest()), ...WORDS, now: Date.now() };
  return new Map([
    ['pipeline', renderer.fragment('partials/pipeline-detail', page)],
    ['world-status', renderer.fragment('partials/world-status', { status: context.status() })],
  ]);
};

/** Events of the page: the parts that look different. */
export const pipelineEventRoutes = (context: WebContext): Router => {
  const router = Router();
  router.get('/events/pipeline', (request, response) => {
    context.pipeline.pages.subscribe(response, {
      address: request.originalUrl,
      render: () => pageFragments(context),
    });
  });
  return router;
};

/** `GET /api/pipeline`; docs/api.md describes it for its users. */
export const pipelineApiRoutes = (context: WebContext): Router => {
  const router = Router();
  router.get('/pipeline', async (_request, response) => {
    response.set('cache-control', 'no-store').json(pipelineJson(await freshPage(context)));
  });
  return router;
};
