import { fileURLToPath } from 'node:url';
import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import { campaignApiRoutes, campaignEventRoutes, campaignPageRoutes } from '../campaigns/campaign-routes.ts';
import { pipelineApiRoutes, pipelineEventRoutes, pipelinePageRoutes } from '../pipeline/pipeline-routes.ts';
import { segmentApiRoutes, segmentEventRoutes, segmentPageRoutes } from '../segments/segment-routes.ts';
import { apiRoutes } from './api-routes.ts';
import type { WebContext } from './context.ts';
import { handleErrors, notFound } from './errors.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { jsonOnly, limitWrites, sameOriginWrites, securityHeaders, session } from './security.ts';

/** Largest body that is read. */
const BODY_LIMIT = '100kb';

const PUBLIC = fileURLToPath(new URL('../../public/', import.meta.url));

/** Scripts, styles and pictures of the pages. */
export const publicFiles = (): RequestHandler =>
  express.static(PUBLIC, { index: false, maxAge: '1h', fallthrough: false });

const CHARTS = fileURLToPath(new URL('.', import.meta.resolve('uplot/dist/uPlot.min.css')));

/** The chart library as its package brings it, at `/assets/charts/uPlot.esm.js` and `uPlot.min.css`. */
const chartFiles = (): RequestHandler =>
  express.static(CHARTS, { index: false, maxAge: '1h', fallthrough: false });

/** The whole web app: health, files, events, the JSON API and the pages. */
export const createApp = (context: WebContext): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', context.config.trusted_proxies);
  app.use(securityHeaders());
  app.use(healthRoutes(context));
  // Before compression, which would hold events back.
  app.use(eventRoutes(context), segmentEventRoutes(context), campaignEventRoutes(context));
  app.use(pipelineEventRoutes(context));
  app.use(compression());
  app.use('/assets/charts', chartFiles());
  app.use('/assets', publicFiles());
  app.use(limitWrites(context.config.writes_per_minute), sameOriginWrites);
  app.use('/api', jsonOnly, express.json({ limit: BODY_LIMIT, strict: false }), apiRoutes(context));
  app.use('/api', segmentApiRoutes(context), campaignApiRoutes(context), pipelineApiRoutes(context));
  app.use(session(context.sessionSecret));
  app.use(express.urlencoded({ limit: BODY_LIMIT, extended: false }), pageRoutes(context));
  app.use(segmentPageRoutes(context), campaignPageRoutes(context), pipelinePageRoutes(context));
  app.use(notFound);
  app.use(handleErrors(context.renderer, context.logger));
  return app;
};
