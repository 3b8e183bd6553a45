import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readGoldOf } from './harness/gold-topic.ts';
import { deliveryStatus, orderPlaced, profileUpsert } from './harness/input-events.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { readTopic } from './harness/read-topic.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';

let pipeline: PipelineAccess;

beforeAll(async () => {
  pipeline = await sharedPipeline('acceptance');
});
afterAll(() => pipeline?.close());

const newCustomerId = (): string => `customer-${randomUUID()}`;
const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;

describe('a newcomer with curl', () => {
  it('creates a customer, adds an order, engages, and sees each within a second', async () => {
    const { api } = pipeline;
    const created = await api.createCustomer({
      first_name: 'Ada',
      last_name: 'Lovelace',
      email: 'ada@example.com',
    });
    expect(created.status).toBe(201);
    const { customer_id } = created.body;
    const before = await vi.waitFor(
      async () => {
        const { status, body } = await api.customer(customer_id);
        expect(status).toBe(200);
        expect(body).toMatchObject({
          first_name: 'Ada',
          last_name: 'Lovelace',
          email: 'ada@example.com',
          lifecycle_stage: 'prospect',
          is_active: false,
          lifetime_value: 0,
          order_count: 0,
          pending: false,
        });
        return body;
      },
      { timeout: 10_000, interval: 20 },
    );

    expect((await api.order(customer_id, { total_amount: 120.5 })).status).toBe(202);
    const afterOrder = await vi.waitFor(
      async () => {
        const { body } = await api.customer(customer_id);
        expect(body).toMatchObject({
          lifecycle_stage: 'customer',
          is_active: true,
          lifetime_value: 120.5,
          order_count: 1,
          pending: false,
        });
        expect(body.version).toBeGreaterThan(before.version);
        return body;
      },
      { timeout: 1000, interval: 20 },
    );

    const engaged = await api.engage(customer_id, { channel: 'EMAIL', status: 'DELIVERED' });
    expect(engaged.status).toBe(202);
    await vi.waitFor(
      async () => {
        const { body } = await api.customer(customer_id);
        expect(body).toMatchObject({ lifecycle_stage: 'engaged', delivered: 1, failed: 0, pending: false });
        expect(body.by_channel).toEqual({ EMAIL: { delivered: 1, failed: 0 } });
        expect(body.lifecycle_reason).toMatch(/1 order and 100% of 1 message delivered/);
        expect(body.version).toBeGreaterThan(afterOrder.version);
      },
      { timeout: 1000, interval: 20 },
    );
  });
});

describe('an order event', () => {
  it('that comes five times changes nothing after the first', async () => {
    const { inputs, kafka, send, caughtUp } = pipeline;
    const customer_id = newCustomerId();
    const order = inputs.order(
      orderPlaced({ order_id: 'o-1', customer_id, total_amount: 4_995, placed_at: minutesAgo(5) }),
    );
    await send([order]);
    await caughtUp();
    const once = await readGoldOf(kafka, customer_id);
    expect(once).toMatchObject({ order_count: 1, lifetime_value: 4_995, lifecycle_stage: 'customer' });

    await send([order, order]);
    await send([order, order]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toEqual(once);
    const rows = (await readTopic(kafka, 'silver.orders.v1')).filter(
      ({ key }) => key?.toString() === JSON.stringify({ customer_id, order_id: 'o-1' }),
    );
    expect(rows).toHaveLength(1);
  });

  it('that cancels takes the order out, and no PLACED that comes late or again brings it back', async () => {
    const { inputs, kafka, send, caughtUp } = pipeline;
    const customer_id = newCustomerId();
    const placed = orderPlaced({
      order_id: 'o-1',
      customer_id,
      total_amount: 10_000,
      placed_at: minutesAgo(9),
    });
    const other = orderPlaced({
      order_id: 'o-2',
      customer_id,
      total_amount: 2_550,
      placed_at: minutesAgo(8),
    });
    await send([inputs.order(placed), inputs.order(other)]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({ order_count: 2, lifetime_value: 12_550 });

    await send([inputs.order({ ...placed, status: 'CANCELLED', updated_at: minutesAgo(7) })]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({ order_count: 1, lifetime_value: 2_550 });

    const late = { ...placed, updated_at: minutesAgo(1) };
    await send([inputs.order(placed), inputs.order(late)]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({
      order_count: 1,
      lifetime_value: 2_550,
      average_order_value: 2_550,
      first_order_at: other.placed_at,
      last_order_at: other.placed_at,
    });
  });
});

describe('precedence and feedback', () => {
  it('lets a deactivation stand that is newer than the last order', async () => {
    const { inputs, kafka, send, caughtUp } = pipeline;
    const customer_id = newCustomerId();
    const order = (order_id: string, placed_at: number) =>
      inputs.order(orderPlaced({ order_id, customer_id, total_amount: 1_000, placed_at }));
    await send([order('o-1', minutesAgo(30))]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({ is_active: true });

    await send([
      inputs.profile(profileUpsert({ customer_id, is_active: false, updated_at: minutesAgo(20) })),
    ]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({ is_active: false });

    await send([order('o-2', minutesAgo(25))]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({ is_active: false, order_count: 2 });

    await send([order('o-3', minutesAgo(10))]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({ is_active: true, order_count: 3 });
  });

  it('keeps an e-mail edit that happens at the same moment as a stage change', async () => {
    const { inputs, kafka, send, caughtUp } = pipeline;
    const customer_id = newCustomerId();
    const moment = minutesAgo(3);
    await send([
      inputs.profile(
        profileUpsert({
          customer_id,
          email: 'old@example.com',
          first_name: 'Grace',
          updated_at: minutesAgo(60),
        }),
      ),
    ]);
    await caughtUp();
    await send([
      inputs.order(orderPlaced({ order_id: 'o-1', customer_id, total_amount: 700_000, placed_at: moment })),
      inputs.profile(profileUpsert({ customer_id, email: 'new@example.com', updated_at: moment })),
    ]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({
      email: 'new@example.com',
      first_name: 'Grace',
      lifecycle_stage: 'high-value',
      is_active: true,
    });
  });

  it('publishes a stage change once, with the time of its cause and nothing else', async () => {
    const { inputs, kafka, send, caughtUp } = pipeline;
    const customer_id = newCustomerId();
    const placed_at = minutesAgo(4);
    const order = inputs.order(orderPlaced({ order_id: 'o-1', customer_id, total_amount: 5_000, placed_at }));
    await send([order]);
    await caughtUp();
    await send([order]);
    await caughtUp();
    const upserts = (await readTopic(kafka, 'dom.customer.profile.upsert.v1')).filter(
      ({ key }) => key?.toString() === customer_id,
    );
    expect(upserts.map(({ value }) => value?.subarray(5).toString('hex'))).toEqual([
      inputs
        .profile(
          profileUpsert({
            customer_id,
            is_active: true,
            lifecycle_stage: 'customer',
            source: 'lifecycle',
            updated_at: placed_at,
          }),
        )
        .value?.subarray(5)
        .toString('hex'),
    ]);
  });

  it('keeps an order that comes before its profile, and joins the two', async () => {
    const { inputs, kafka, send, caughtUp } = pipeline;
    const customer_id = newCustomerId();
    await send([
      inputs.order(
        orderPlaced({ order_id: 'o-1', customer_id, total_amount: 3_333, placed_at: minutesAgo(6) }),
      ),
      inputs.activation(
        deliveryStatus({
          activation_id: 'a-1',
          customer_id,
          channel: 'SMS',
          status: 'FAILED',
          occurred_at: minutesAgo(5),
        }),
      ),
    ]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({
      email: null,
      first_name: null,
      order_count: 1,
      lifetime_value: 3_333,
      failed: 1,
    });

    await send([
      inputs.profile(
        profileUpsert({
          customer_id,
          first_name: 'Alan',
          email: 'alan@example.com',
          updated_at: minutesAgo(2),
        }),
      ),
    ]);
    await caughtUp();
    expect(await readGoldOf(kafka, customer_id)).toMatchObject({
      first_name: 'Alan',
      email: 'alan@example.com',
      order_count: 1,
      lifetime_value: 3_333,
      is_active: true,
    });
  });
});
