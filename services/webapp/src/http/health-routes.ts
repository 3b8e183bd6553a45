import { readiness } from '@marketing-streams/platform/health';
import { Router } from 'express';
import type { WebContext } from './context.ts';

/** `/livez`, `/readyz` and `/metrics`, as every service has them. */
export const healthRoutes = ({ checks, metrics }: Pick<WebContext, 'checks' | 'metrics'>): Router => {
  const router = Router();
  router.get('/livez', (_request, response) => {
    response.json({ live: true });
  });
  router.get('/readyz', (_request, response) => {
    const { status, body } = readiness(checks);
    response.status(status).json(body);
  });
  router.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics.expose();
    response.set('content-type', contentType).send(body);
  });
  return router;
};
