import { createLogger } from '@marketing-streams/platform/logging';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { customerGold } from './testing/customer-gold.ts';
import { type EventStream, listenToEvents } from './testing/event-stream.ts';
import { startTcpGate } from './testing/tcp-gate.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from './testing/webapp-under-test.ts';
import { connectRedis, type RedisConnection } from './view/redis-connection.ts';

let surroundings: Surroundings;
let webapp: RunningWebapp;
let connection: RedisConnection;

beforeAll(async () => {
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  connection = connectRedis(surroundings.redisUrl, createLogger('test'));
});
afterAll(async () => {
  await surroundings?.close();
  await connection?.close();
});

const customer = async (id: string, url = webapp.url): Promise<Record<string, unknown>> =>
  (await (await fetch(`${url}/api/customers/${id}`)).json()) as Record<string, unknown>;

const everybody = async (
  url = webapp.url,
): Promise<{ matches: number; totals: { lifetime_value: number } }> =>
  (await (await fetch(`${url}/api/customers`)).json()) as {
    matches: number;
    totals: { lifetime_value: number };
  };

const people = (count: number, version: number) =>
  Array.from({ length: count }, (_, number) =>
    customerGold({ customer_id: `p${number}`, order_count: version, lifetime_value: version * 100, version }),
  );

describe('the live view', () => {
  it('takes a backlog in, the newest of everybody', async () => {
    for (const version of [1, 2, 3]) await surroundings.publishGold(...people(500, version));
    await webapp.caughtUp();
    expect(await everybody()).toMatchObject({ matches: 500, totals: { lifetime_value: 1_500 } });
    expect(await customer('p77')).toMatchObject({ version: 3 });
  });

  it('does not go back when an older record comes late', async () => {
    await surroundings.publishGold(customerGold({ customer_id: 'p1', version: 2, order_count: 99 }));
    await webapp.caughtUp();
    expect(await customer('p1')).toMatchObject({ version: 3, order_count: 3 });
    expect(await everybody()).toMatchObject({ totals: { lifetime_value: 1_500 } });
  });

  it('fills itself again after FLUSHALL', async () => {
    await connection.redis.flushall();
    const statuses = new Set<number>();
    await vi.waitFor(
      async () => {
        const { status } = await fetch(`${webapp.url}/api/customers/p499`);
        statuses.add(status);
        expect(status).toBe(200);
        expect((await fetch(`${webapp.url}/readyz`)).status).toBe(200);
      },
      { timeout: 10_000 },
    );
    // Meanwhile nobody was told that a customer does not exist.
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await customer('p499')).toMatchObject({ version: 3 });
    expect(await everybody()).toMatchObject({ matches: 500, totals: { lifetime_value: 1_500 } });
  });

  it('is there at once after a restart, and goes on where it was', async () => {
    await webapp.stop();
    await surroundings.publishGold(customerGold({ customer_id: 'while-away' }));
    webapp = await surroundings.start();
    expect(await everybody()).toMatchObject({ matches: 501 });
    expect(await customer('while-away')).toMatchObject({ version: 1 });
  });

  it('is read anew when asked to reset', async () => {
    await webapp.stop();
    const keys = `${surroundings.redisPrefix}gold`;
    const stray = customerGold({ customer_id: 'stray' });
    await connection.redis.hset(keys, 'stray', JSON.stringify(stray));
    webapp = await surroundings.start({ reset_cache_on_start: true });
    expect(await everybody()).toMatchObject({ matches: 501 });
    expect(await customer('stray')).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('forgets a customer whose record was deleted', async () => {
    await surroundings.publish({ topic: surroundings.topics.view.gold, key: 'while-away', value: null });
    await webapp.caughtUp();
    expect(await customer('while-away')).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(await everybody()).toMatchObject({ matches: 500 });
  });

  it('passes over a record that nobody can read', async () => {
    await surroundings.publish({
      topic: surroundings.topics.view.gold,
      key: 'x',
      value: Buffer.from('{broken'),
    });
    await surroundings.publish({
      topic: surroundings.topics.view.orders,
      key: 'no json',
      value: Buffer.from('x'),
    });
    await surroundings.publishGold(customerGold({ customer_id: 'p1', version: 9 }));
    await webapp.caughtUp();
    expect(await customer('p1')).toMatchObject({ version: 9 });
    const metrics = await (await fetch(`${webapp.url}/metrics`)).text();
    expect(metrics).toMatch(/webapp_view_unreadable_total\{[^}]*\} 1/);
  });

  it('is the same for two web apps on one Redis, pending actions included', async () => {
    const other = await surroundings.start();
    const created = await fetch(`${webapp.url}/api/customers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com"}',
    });
    const { customer_id } = (await created.json()) as { customer_id: string };
    await vi.waitFor(async () =>
      expect(await customer(customer_id, other.url)).toMatchObject({ first_name: 'Ada', pending: true }),
    );
    await surroundings.publishGold(customerGold({ customer_id: 'both' }));
    await Promise.all([webapp.caughtUp(), other.caughtUp()]);
    expect(await customer('both')).toMatchObject({ version: 1 });
    expect(await customer('both', other.url)).toMatchObject({ version: 1 });
    await other.stop();
  });

  it('says when Redis is away, and comes back by itself', async () => {
    const gate = await startTcpGate(surroundings.redisUrl);
    const gated = await surroundings.start({ redis_url: gate.url });
    gate.shut();
    await vi.waitFor(async () => {
      const page = await fetch(`${gated.url}/customers`);
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('Redis, which holds the customers shown here, is away');
    });
    expect((await fetch(`${gated.url}/api/customers`)).status).toBe(503);
    const refused = await fetch(`${gated.url}/api/customers/p1/orders`, { method: 'POST' });
    expect(await refused.json()).toMatchObject({ error: { code: 'REDIS_UNAVAILABLE' } });
    await vi.waitFor(async () => expect((await fetch(`${gated.url}/readyz`)).status).toBe(503));
    await surroundings.publishGold(customerGold({ customer_id: 'p1', version: 12 }));
    gate.open();
    await vi.waitFor(async () => expect(await customer('p1', gated.url)).toMatchObject({ version: 12 }), {
      timeout: 10_000,
    });
    await vi.waitFor(async () => expect((await fetch(`${gated.url}/readyz`)).status).toBe(200));
    await gated.stop();
    await gate.close();
  });

  it('does not call a confirmed order or customer failed because Redis goes away before it is shown', async () => {
    const gate = await startTcpGate(surroundings.redisUrl);
    const gated = await surroundings.start({ redis_url: gate.url });
    await surroundings.publishGold(
      customerGold({ customer_id: 'once', order_count: 2, lifetime_value: 4_000 }),
    );
    await gated.caughtUp();
    const post = (path: string, body: object) =>
      fetch(`${gated.url}/api/customers${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    // Nothing but the action that is saved for showing has this text.
    gate.shutAt('"order_id":"o-once"');
    const ordered = await post('/once/orders', { order_id: 'o-once', total_amount: 10 });
    expect([ordered.status, await ordered.json()]).toMatchObject([
      202,
      {
        order_id: 'o-once',
        total_amount: 10,
        customer: { customer_id: 'once', order_count: 3, lifetime_value: 50, pending: true },
      },
    ]);
    gate.open();
    await vi.waitFor(async () => expect(await customer('once', gated.url)).toMatchObject({ version: 1 }));
    gate.shutAt('once@example.com');
    const person = { first_name: 'Ada', last_name: 'Once', email: 'once@example.com' };
    const created = await post('', person);
    expect([created.status, await created.json()]).toMatchObject([
      201,
      { customer_id: expect.stringMatching(/^cus/), customer: { ...person, lifecycle_stage: 'prospect' } },
    ]);
    await gated.stop();
    await gate.close();
  });
});

describe('live events', () => {
  let stream: EventStream;

  it('bring a change within a blink, and only of whom was asked for', async () => {
    stream = await listenToEvents(`${webapp.url}/events?customer=p5`);
    await surroundings.publishGold(customerGold({ customer_id: 'p6', version: 20 }));
    const sent = performance.now();
    await surroundings.publishGold(customerGold({ customer_id: 'p5', version: 20 }));
    const event = await stream.next(({ name }) => name === 'customer');
    expect(performance.now() - sent).toBeLessThan(1_000);
    expect(event.data).toMatchObject({ customer_id: 'p5', version: 20 });
    await stream.close();
  });

  it('of everybody carry the totals, and come together under load', async () => {
    stream = await listenToEvents(`${webapp.url}/events`);
    await stream.next(({ name }) => name === 'totals');
    for (let version = 30; version < 60; version += 1) {
      await surroundings.publishGold(customerGold({ customer_id: 'busy', version, order_count: version }));
    }
    const last = await stream.next(({ name, data }) => name === 'customer' && data['version'] === 59);
    expect(last.data).toMatchObject({ customer_id: 'busy', order_count: 59 });
    await stream.close();
  });

  it('go on after a break where they stopped', async () => {
    stream = await listenToEvents(`${webapp.url}/events`);
    await surroundings.publishGold(customerGold({ customer_id: 'before', version: 1 }));
    const { id } = await stream.next(({ data }) => data['customer_id'] === 'before');
    await stream.close();
    await surroundings.publishGold(customerGold({ customer_id: 'missed', version: 1 }));
    await webapp.caughtUp();
    stream = await listenToEvents(`${webapp.url}/events`, id);
    await stream.next(({ data }) => data['customer_id'] === 'missed');
    await stream.close();
  });

  it('tell a reader from before a restart to load again', async () => {
    stream = await listenToEvents(`${webapp.url}/events`, 'another-17');
    await stream.next(({ name }) => name === 'reload');
    await stream.close();
  });

  it('send the pages parts of themselves', async () => {
    stream = await listenToEvents(`${webapp.url}/events?form=cards&ids=p8`);
    await surroundings.publishGold(customerGold({ customer_id: 'p8', version: 99, lifetime_value: 123_450 }));
    const { data } = await stream.next(({ data: { target } }) => target === 'customer-p8');
    expect(data['html']).toContain('$1,234.50');
    await stream.close();
  });
});
