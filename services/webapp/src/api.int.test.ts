import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, ada, apiClient } from './testing/api-client.ts';
import { customerGold, NOON } from './testing/customer-gold.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from './testing/webapp-under-test.ts';

let surroundings: Surroundings;
let webapp: RunningWebapp;

beforeAll(async () => {
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
});
afterAll(() => surroundings?.close());

const call: ReturnType<typeof apiClient>['call'] = (...request) => apiClient(webapp.url).call(...request);

const create = async (): Promise<string> => {
  const { status, body } = await call('POST', '/api/customers', ada);
  expect(status).toBe(201);
  return String(body['customer_id']);
};

const seen = (customerId: string, fields: object) =>
  vi.waitFor(async () => {
    const { body } = await call('GET', `/api/customers/${customerId}`);
    expect(body).toMatchObject(fields);
    return body;
  });

describe('the REST API', () => {
  it('shows a new customer at once as a prospect, inactive, with nothing spent', async () => {
    const id = await create();
    const { status, body } = await call('GET', `/api/customers/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...ada,
      customer_id: id,
      is_active: false,
      lifecycle_stage: 'prospect',
      lifetime_value: 0,
      order_count: 0,
      pending: true,
      version: 0,
      gold: null,
    });
    expect(new Date(String(body['created_at'])).toISOString()).toBe(body['created_at']);
  });

  it('shows an order and a message at once, and gold once it is there', async () => {
    const id = await create();
    const ordered = await call('POST', `/api/customers/${id}/orders`, { total_amount: 120.5 });
    expect(ordered.status).toBe(202);
    expect(ordered.body).toMatchObject({
      order_id: expect.stringMatching(/^ord_/),
      customer: { lifetime_value: 120.5, order_count: 1, is_active: true, lifecycle_stage: 'customer' },
    });
    const message = { channel: 'EMAIL', status: 'DELIVERED' };
    const engaged = await call('POST', `/api/customers/${id}/engagements`, message);
    expect(engaged.status).toBe(202);
    const shown = await seen(id, {
      lifecycle_stage: 'engaged',
      by_channel: { EMAIL: { delivered: 1, failed: 0 } },
    });
    expect(shown['lifecycle_reason']).toContain('100%');

    const actions = shown['pending_actions'] as { topic: string; partition: number; offset: number }[];
    expect(actions).toHaveLength(3);
    const source_offsets = actions.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    await surroundings.publishGold(
      customerGold({
        customer_id: id,
        order_count: 1,
        lifetime_value: 12_050,
        delivered: 1,
        version: 4,
        source_offsets,
      }),
    );
    await seen(id, {
      version: 4,
      pending: false,
      lifetime_value: 120.5,
      gold: { lifetime_value: 120.5, version: 4 },
    });
  });

  it('warns of an action whose gold record does not come, and no longer counts it', async () => {
    const impatient = await surroundings.start({ overlay_timeout_ms: 300 });
    const known = customerGold({ customer_id: 'overdue' });
    await surroundings.publishGold(known);
    await impatient.caughtUp();
    const order = await fetch(`${impatient.url}/api/customers/overdue/orders`, { method: 'POST' });
    expect(order.status).toBe(202);
    await vi.waitFor(async () => {
      const body = (await (await fetch(`${impatient.url}/api/customers/overdue`)).json()) as Answer['body'];
      expect(body).toMatchObject({
        order_count: 0,
        pending: false,
        warnings: [{ label: expect.any(String) }],
      });
    });
    await impatient.stop();
  });

  it('makes a random, realistic order of an empty request', async () => {
    const id = await create();
    const { status, body } = await call('POST', `/api/customers/${id}/orders`);
    expect(status).toBe(202);
    expect(body['total_amount']).toBeGreaterThan(0);
  });

  it('cancels an order once, and a repeat changes nothing', async () => {
    const id = await create();
    const order = { order_id: 'o-1', total_amount: 80 };
    await call('POST', `/api/customers/${id}/orders`, order);
    const cancel = { order_id: 'o-1', status: 'CANCELLED' };
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await call('POST', `/api/customers/${id}/orders`, cancel);
      expect(status).toBe(202);
      expect(body['customer']).toMatchObject({ order_count: 0, lifetime_value: 0 });
    }
    const again = await call('POST', `/api/customers/${id}/orders`, order);
    expect(again.body['customer']).toMatchObject({ order_count: 0, lifetime_value: 0 });
  });

  it('lists, searches, filters and pages', async () => {
    await surroundings.publishGold(
      ...Array.from({ length: 7 }, (_, number) =>
        customerGold({
          customer_id: `list-${number}`,
          last_name: 'Listed',
          order_count: number,
          lifetime_value: number * 1_000,
          segments: number > 4 ? ['frequent'] : [],
        }),
      ),
    );
    await webapp.caughtUp();
    const ids = ({ body }: Answer) =>
      (body['customers'] as { customer_id: string }[]).map(({ customer_id }) => customer_id);
    const first = await call('GET', '/api/customers?search=listed&sort=lifetime_value&limit=3');
    expect(first.body).toMatchObject({
      matches: 7,
      previous_cursor: null,
      totals: { customers: expect.any(Number) },
    });
    expect(ids(first)).toEqual(['list-6', 'list-5', 'list-4']);
    const cursor = String(first.body['next_cursor']);
    const second = await call(
      'GET',
      `/api/customers?search=LISTED&sort=lifetime_value&limit=3&cursor=${cursor}`,
    );
    expect(ids(second)).toEqual(['list-3', 'list-2', 'list-1']);
    expect(ids(await call('GET', '/api/customers?search=listed&stage=prospect'))).toEqual(['list-0']);
    expect(ids(await call('GET', '/api/customers?segment=frequent&sort=-lifetime_value'))).toEqual([
      'list-5',
      'list-6',
    ]);
  });

  it('tells what happened to a customer', async () => {
    const id = 'storied';
    const order: SilverOrder = {
      order_id: 'o-1',
      customer_id: id,
      status: 'PLACED',
      total_amount: 2_550,
      currency: 'USD',
      items: [{ sku: 'A', name: 'Tea', category: 'Kitchen', quantity: 1, unit_price: 2_550 }],
      placed_at: NOON,
      updated_at: NOON,
      source_offsets: [],
    };
    await surroundings.publishGold(customerGold({ customer_id: id }));
    await surroundings.publishOrders(order, { ...order, status: 'CANCELLED', updated_at: NOON + 5 });
    await surroundings.publishActivations({
      activation_id: 'm-1',
      customer_id: id,
      campaign_id: null,
      channel: 'SMS',
      status: 'FAILED',
      failure_reason: 'number not reachable',
      occurred_at: NOON + 1_000,
      source_offsets: [],
    });
    await webapp.caughtUp();
    const { body } = await call('GET', `/api/customers/${id}/timeline`);
    expect(body['timeline']).toMatchObject([
      { type: 'delivery', channel: 'SMS', status: 'FAILED', at: new Date(NOON + 1_000).toISOString() },
      { type: 'order', order_id: 'o-1', status: 'CANCELLED', total_amount: 25.5 },
    ]);
    const orders = await call('GET', `/api/customers/${id}/orders`);
    expect(orders.body['orders']).toMatchObject([{ items: [{ name: 'Tea', unit_price: 25.5 }] }]);
  });
});
