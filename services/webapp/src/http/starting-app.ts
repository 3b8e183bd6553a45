import express, { type Express } from 'express';
import { publicFiles } from './app.ts';
import type { WebContext } from './context.ts';
import { answerProblem } from './errors.ts';
import { healthRoutes } from './health-routes.ts';
import { securityHeaders } from './security.ts';

/**
 * What is served until the web app knows its contracts: health, the files of the pages, and for everything else
 * a 503, as JSON or as the page that tries again by itself.
 */
export const createStartingApp = (context: Pick<WebContext, 'checks' | 'metrics' | 'renderer'>): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders());
  app.use(healthRoutes(context));
  app.use('/assets', publicFiles());
  app.use((request, response) => {
    answerProblem(
      request,
      response,
      {
        status: 503,
        code: 'REGISTRY_UNAVAILABLE',
        message: 'The web app is starting: it waits for the schema registry.',
        fields: [],
      },
      context.renderer,
    );
  });
  return app;
};
