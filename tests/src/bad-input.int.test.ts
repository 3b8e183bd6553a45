import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deadLettersOf, originalIn, originalOf, readDeadLetters } from './harness/dead-letters.ts';
import { readGoldOf } from './harness/gold-topic.ts';
import { ACTIVATION_TOPIC, ORDER_TOPIC, PROFILE_TOPIC } from './harness/input-codecs.ts';
import { deliveryStatus, orderPlaced, profileUpsert } from './harness/input-events.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { poisonOf } from './harness/poison.ts';
import { readTopic } from './harness/read-topic.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';
import type { ApiProblem } from './harness/webapp-api.ts';

let pipeline: PipelineAccess;

beforeAll(async () => {
  pipeline = await sharedPipeline('bad-input');
});
afterAll(() => pipeline?.close());

describe('a bad request', () => {
  let customerId: string;

  beforeAll(async () => {
    const { body } = await pipeline.api.createCustomer({
      first_name: 'Bad',
      last_name: 'Input',
      email: 'bad.input@example.com',
    });
    customerId = body.customer_id;
  });

  const post = (path: string, body: string) => pipeline.api.send<ApiProblem>('POST', path, body);

  it('for an unknown customer is a 404 that names it', async () => {
    const { status, body } = await post('/api/customers/nobody/orders', '{"total_amount":10}');
    expect(status).toBe(404);
    expect(body.error.code).toBe('NOT_FOUND');
    expect(body.error.fields).toMatchObject([{ field: 'customer_id', value: 'nobody' }]);
  });

  it('with a negative amount is a 400 that names field and value', async () => {
    const { status, body } = await post(`/api/customers/${customerId}/orders`, '{"total_amount":-5}');
    expect(status).toBe(400);
    expect(body.error.fields).toMatchObject([{ field: 'total_amount', value: -5 }]);
  });

  it('with an unknown channel is a 400 that names field and value', async () => {
    const { status, body } = await post(`/api/customers/${customerId}/engagements`, '{"channel":"PIGEON"}');
    expect(status).toBe(400);
    expect(body.error.fields).toMatchObject([{ field: 'channel', value: 'PIGEON' }]);
  });

  it('of 2 MB is a 413', async () => {
    const { status, body } = await post(
      '/api/customers',
      JSON.stringify({ first_name: 'x'.repeat(2_000_000) }),
    );
    expect(status).toBe(413);
    expect(body.error.fields).toMatchObject([{ field: 'body' }]);
  });

  it('with broken JSON is a 400 that says where it breaks', async () => {
    const { status, body } = await post('/api/customers', '{"first_name": "Ada", ');
    expect(status).toBe(400);
    expect(body.error.fields).toMatchObject([{ field: 'body', value: '{"first_name": "Ada", ' }]);
  });

  it('from a form with a wrong CSRF token is a 403', async () => {
    const page = await fetch(`${pipeline.webappUrl}/customers`);
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const answer = await fetch(`${pipeline.webappUrl}/customers`, {
      method: 'POST',
      headers: { cookie, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ _csrf: 'forged', first_name: 'M', last_name: 'M', email: 'm@example.com' }),
      redirect: 'manual',
    });
    expect(answer.status).toBe(403);
    expect(((await answer.json()) as ApiProblem).error.fields).toMatchObject([{ field: '_csrf' }]);
  });

  it('leaves the customer as it was', async () => {
    await pipeline.caughtUp();
    await vi.waitFor(
      async () =>
        expect((await pipeline.api.customer(customerId)).body).toMatchObject({
          order_count: 0,
          delivered: 0,
          failed: 0,
        }),
      { timeout: 5000, interval: 50 },
    );
  });
});

describe.each([PROFILE_TOPIC, ORDER_TOPIC, ACTIVATION_TOPIC])('a bad record on %s', (topic) => {
  it('becomes exactly one dead letter with all of the original, and everything else flows', async () => {
    const { inputs, kafka, registry, send, caughtUp } = pipeline;
    const customer_id = `customer-${randomUUID()}`;
    const now = Date.now();
    const profile = inputs.profile(
      profileUpsert({ customer_id, first_name: 'Edsger', updated_at: now - 3000 }),
    );
    const order = (order_id: string): OutgoingRecord =>
      inputs.order(orderPlaced({ order_id, customer_id, total_amount: 1_010, placed_at: now - 2000 }));
    const delivery = (activation_id: string): OutgoingRecord =>
      inputs.activation(deliveryStatus({ activation_id, customer_id, occurred_at: now - 1000 }));
    const good: Readonly<Record<string, OutgoingRecord>> = {
      [PROFILE_TOPIC]: profile,
      [ORDER_TOPIC]: order('o-1'),
      [ACTIVATION_TOPIC]: delivery('a-1'),
    };
    const poison = poisonOf(good[topic]!);

    await send([profile, order('o-1'), delivery('a-1')]);
    const places = await send(poison.map(({ record }) => record));
    await send([order('o-2'), delivery('a-2')]);
    await caughtUp();

    expect(await readGoldOf(kafka, customer_id)).toMatchObject({
      first_name: 'Edsger',
      order_count: 2,
      lifetime_value: 2_020,
      delivered: 2,
    });
    const originals = new Map(
      (await readTopic(kafka, topic)).map((record) => [`${record.partition}/${record.offset}`, record]),
    );
    const letters = await readDeadLetters(kafka, registry);
    for (const [index, { name, code }] of poison.entries()) {
      const place = places[index]!;
      const own = deadLettersOf(letters, place);
      expect(own, `${name}: number of dead letters`).toHaveLength(1);
      expect(originalIn(own[0]!), name).toEqual(
        originalOf(originals.get(`${place.partition}/${place.offset}`)!),
      );
      expect(own[0], name).toMatchObject({ error_code: code, service: 'silver', attempt: 1 });
      expect(own[0]!.message, name).not.toBe('');
    }
  });
});
