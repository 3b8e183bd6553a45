import { numberFromCents } from '@marketing-streams/domain/money';
import { type Request, Router } from 'express';
import { parseRequest } from '../actions/parse-request.ts';
import { customerRequest, engagementRequest, orderRequest } from '../actions/request-shapes.ts';
import { customerJson } from '../present/customer-json.ts';
import { historyJson, orderJson } from '../present/history-json.ts';
import { totalsJson } from '../present/totals-json.ts';
import { encodeCursor } from '../view/cursor.ts';
import type { WebContext } from './context.ts';
import { parseListQuery } from './list-query.ts';

const MOST_HISTORY = 500;

/** A bodyless request means the same as an empty object. */
const bodyOf = (request: Request): unknown => (request.body === undefined ? {} : request.body);

/** The REST API; docs/api.md describes it for its users. */
export const apiRoutes = ({ view, actions }: WebContext): Router => {
  const router = Router();

  const existing = async (customerId: string) => {
    const [found] = await view.customers([customerId]);
    if (found === undefined || found.customer === null) throw view.missing(customerId);
    return found;
  };

  router.get('/customers', async (request, response) => {
    const page = view.index.page(parseListQuery(request.query));
    const customers = await view.customers(page.customer_ids);
    response.json({
      customers: customers.map(customerJson).filter((customer) => customer !== null),
      matches: page.matches,
      next_cursor: page.next === null ? null : encodeCursor(page.next),
      previous_cursor: page.previous === null ? null : encodeCursor(page.previous),
      totals: totalsJson(view.index.totals()),
    });
  });

  router.post('/customers', async (request, response) => {
    const taken = await actions.createCustomer(parseRequest(customerRequest, bodyOf(request)));
    const { customer_id } = taken.plan;
    response
      .status(201)
      .location(`/api/customers/${encodeURIComponent(customer_id)}`)
      .json({ customer_id, customer: customerJson(taken.customer) });
  });

  router.get('/customers/:customer_id', async (request, response) => {
    const { customer_id } = request.params;
    const found = await existing(customer_id);
    const gold = await view.gold(customer_id);
    response.json({ ...customerJson(found), gold: gold === null ? null : JSON.parse(gold.toString('utf8')) });
  });

  router.get('/customers/:customer_id/orders', async (request, response) => {
    const { customer_id } = request.params;
    await existing(customer_id);
    const history = await view.history(customer_id, MOST_HISTORY);
    response.json({
      orders: history.flatMap((entry) => (entry.kind === 'order' ? [orderJson(entry.row)] : [])),
    });
  });

  router.get('/customers/:customer_id/timeline', async (request, response) => {
    const { customer_id } = request.params;
    await existing(customer_id);
    const history = await view.history(customer_id, MOST_HISTORY);
    response.json({ timeline: history.map(historyJson) });
  });

  router.post('/customers/:customer_id/orders', async (request, response) => {
    const { customer_id } = request.params;
    const { plan, customer } = await actions.order(customer_id, parseRequest(orderRequest, bodyOf(request)));
    const { order_id, status, total_amount } = plan.event.value;
    response.status(202).json({
      order_id,
      status,
      total_amount: numberFromCents(total_amount),
      customer: customerJson(customer),
    });
  });

  router.post('/customers/:customer_id/engagements', async (request, response) => {
    const { customer_id } = request.params;
    const wanted = parseRequest(engagementRequest, bodyOf(request));
    const { plan, customer } = await actions.engage(customer_id, wanted);
    const { activation_id, channel, status } = plan.event.value;
    response.status(202).json({ activation_id, channel, status, customer: customerJson(customer) });
  });

  return router;
};
