import { Router } from 'express';
import { z } from 'zod';
import { parseRequest } from '../actions/parse-request.ts';
import {
  dataSubscription,
  listSubscription,
  pageSubscription,
  type SubscriptionParts,
} from '../live/subscriptions.ts';
import type { WebContext } from './context.ts';

const MOST_IDS = 100;
const text = z.string('must be given once');

const eventsQuery = z.object({
  /** One customer only. */
  customer: text.optional(),
  /** What is sent: data for programs, or the parts of a page for the pages' script. */
  form: z.enum(['data', 'cards', 'table', 'page'], 'must be one of data, cards, table, page').default('data'),
  /** The customers on a page of the list, separated by commas. */
  ids: text
    .default('')
    .transform((ids) => ids.split(',').filter((id) => id !== ''))
    .refine((ids) => ids.length <= MOST_IDS, `must not be more than ${MOST_IDS}`),
  /** Place from which to go on, when there is no Last-Event-ID. */
  after: text.optional(),
});

/** `GET /events`: what changes, as server-sent events. */
export const eventRoutes = (context: WebContext): Router => {
  const router = Router();
  const parts: SubscriptionParts = context;
  router.get('/events', (request, response) => {
    const { customer, form, ids, after } = parseRequest(eventsQuery, request.query);
    const subscription =
      form === 'data'
        ? dataSubscription(parts, customer ?? null)
        : form === 'page'
          ? pageSubscription(parts, customer ?? '')
          : listSubscription(parts, ids, form);
    context.events.subscribe(response, subscription, request.get('last-event-id') ?? after ?? null);
  });
  return router;
};
