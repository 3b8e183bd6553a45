import { type Request, type Response, Router } from 'express';
import { parseRequest } from '../actions/parse-request.ts';
import { suggestPerson } from '../actions/random-person.ts';
import {
  type CustomerRequest,
  customerRequest,
  engagementRequest,
  orderRequest,
} from '../actions/request-shapes.ts';
import type { ActionTaken } from '../actions/take-action.ts';
import { PAGE_HISTORY } from '../live/subscriptions.ts';
import { type CustomerCard, customerCard } from '../present/customer-card.ts';
import { customerJson } from '../present/customer-json.ts';
import { customerPage } from '../present/customer-page.ts';
import { type Layout, listControls, totalTiles } from '../present/list-page.ts';
import type { WebContext } from './context.ts';
import { problemOf, wantsJson } from './errors.ts';
import { addFlash, type Flash } from './flash.ts';
import { parseListQuery } from './list-query.ts';
import { csrfProtection } from './security.ts';
import { createPageSender } from './send-page.ts';

/** A path of our own to go back to, whatever a form says. */
const returnPath = (request: Request, otherwise: string): string => {
  const wanted = (request.body as { return_to?: unknown } | undefined)?.return_to;
  return typeof wanted === 'string' && /^\/(?![/\\])/.test(wanted) ? wanted : otherwise;
};

/** Fields of a form: those left empty count as not given. */
const formFields = (request: Request): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries((request.body ?? {}) as Record<string, unknown>).filter(
      ([name, value]) => name !== '_csrf' && name !== 'return_to' && value !== '',
    ),
  );

/** The pages, and the forms on them, which work without a script too. */
export const pageRoutes = (context: WebContext): Router => {
  const { view, actions, events } = context;
  const router = Router();
  // Forms only: reading needs no token.
  router.use(csrfProtection);

  const send = createPageSender(context, 'customers');

  /** After an action: the page's script gets the news as JSON, a plain form goes back with a banner. */
  const acted = (
    request: Request,
    response: Response,
    taken: ActionTaken,
    flash: Flash,
    back: string,
  ): void => {
    if (wantsJson(request)) {
      response.status(202).json({ flash, customer: customerJson(taken.customer), url: back });
      return;
    }
    addFlash(request, flash);
    response.redirect(303, back);
  };

  router.get(['/', '/customers'], async (request, response) => {
    const query = parseListQuery(request.query);
    const layout: Layout = request.query['layout'] === 'table' ? 'table' : 'cards';
    const place = events.place();
    const page = view.index.page(query);
    const totals = view.index.totals();
    const cards = (await view.customers(page.customer_ids))
      .map(customerCard)
      .filter((card): card is CustomerCard => card !== null);
    // Redis was emptied a moment ago: what this list says is about to be read again.
    if (cards.length === 0 && page.customer_ids.length > 0) throw view.missing(page.customer_ids[0]!);
    const ids = cards.map(({ customer_id }) => customer_id).join(',');
    send(request, response, 'customers', {
      title: 'Customers',
      overdue: view.overdue(),
      query,
      layout,
      page,
      cards,
      tiles: totalTiles(totals),
      totals,
      controls: listControls(query, page, totals, layout),
      person: suggestPerson(Math.random),
      problems: {},
      events_url: `/events?${new URLSearchParams({ form: layout, ids, after: place })}`,
      reload_on_totals: true,
    });
  });

  const newCustomerPage = (
    request: Request,
    response: Response,
    person: Record<string, unknown>,
    problems: Record<string, string>,
  ): void =>
    send(request, response, 'new-customer', { title: 'New customer', person, problems, events_url: null });

  router.get('/customers/new', (request, response) => {
    newCustomerPage(request, response, suggestPerson(Math.random), {});
  });

  router.get('/customers/:customer_id', async (request, response) => {
    const { customer_id } = request.params;
    const place = events.place();
    const [overlaid] = await view.customers([customer_id]);
    const [history, gold] = await Promise.all([
      view.history(customer_id, PAGE_HISTORY),
      view.gold(customer_id),
    ]);
    const page = overlaid === undefined ? null : customerPage(overlaid, history, gold);
    if (page === null) throw view.missing(customer_id);
    send(request, response, 'customer', {
      title: page.title,
      page,
      events_url: `/events?${new URLSearchParams({ form: 'page', customer: customer_id, after: place })}`,
    });
  });

  /** The person a form describes; null when the form had to be shown again because something is wrong with it. */
  const personOf = (request: Request, response: Response): CustomerRequest | null => {
    const fields = formFields(request);
    try {
      return parseRequest(customerRequest, fields);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status !== 400 || wantsJson(request)) throw error;
      response.status(problem.status);
      const problems = Object.fromEntries(problem.fields.map(({ field, message }) => [field, message]));
      newCustomerPage(request, response, fields, problems);
      return null;
    }
  };

  router.post('/customers', async (request, response) => {
    const person = personOf(request, response);
    if (person === null) return;
    const taken = await actions.createCustomer(person);
    const { customer_id, label } = taken.plan;
    const flash: Flash = { kind: 'success', text: `${label} created: a prospect, inactive, with $0.00` };
    acted(request, response, taken, flash, `/customers/${encodeURIComponent(customer_id)}`);
  });

  router.post('/customers/:customer_id/orders', async (request, response) => {
    const { customer_id } = request.params;
    const taken = await actions.order(customer_id, parseRequest(orderRequest, formFields(request)));
    const { items } = taken.plan.event.value;
    const pieces = items.reduce((sum, { quantity }) => sum + quantity, 0);
    const text = `${taken.plan.label}: ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`;
    const back = returnPath(request, `/customers/${encodeURIComponent(customer_id)}`);
    acted(request, response, taken, { kind: 'success', text }, back);
  });

  router.post('/customers/:customer_id/orders/:order_id/cancellation', async (request, response) => {
    const { customer_id, order_id } = request.params;
    const taken = await actions.order(customer_id, { order_id, status: 'CANCELLED' });
    const back = returnPath(request, `/customers/${encodeURIComponent(customer_id)}`);
    acted(request, response, taken, { kind: 'success', text: taken.plan.label }, back);
  });

  router.post('/customers/:customer_id/engagements', async (request, response) => {
    const { customer_id } = request.params;
    const taken = await actions.engage(customer_id, parseRequest(engagementRequest, formFields(request)));
    const delivered = taken.plan.event.value.status === 'DELIVERED';
    const flash: Flash = { kind: delivered ? 'success' : 'warning', text: taken.plan.label };
    acted(
      request,
      response,
      taken,
      flash,
      returnPath(request, `/customers/${encodeURIComponent(customer_id)}`),
    );
  });

  return router;
};
