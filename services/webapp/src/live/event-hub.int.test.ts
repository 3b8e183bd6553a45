import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { createLogger } from '@marketing-streams/platform/logging';
import { expect, it, onTestFinished, vi } from 'vitest';
import { customerGold } from '../testing/customer-gold.ts';
import { listenToEvents } from '../testing/event-stream.ts';
import { startTcpGate } from '../testing/tcp-gate.ts';
import { type CustomerStore, createCustomerStore } from '../view/customer-store.ts';
import { createLiveView } from '../view/live-view.ts';
import { connectRedis } from '../view/redis-connection.ts';
import { createEventHub, type Subscription } from './event-hub.ts';

/** A hub on a Redis behind a gate, served over HTTP, with what it logs and the moments it asked Redis. */
const startHub = async () => {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  const logger = createLogger('test', { level: 'info', output, complains: false });
  const gate = await startTcpGate(process.env['REDIS_URL']!);
  const connection = connectRedis(gate.url, createLogger('test'));
  const asked: number[] = [];
  const store = createCustomerStore(connection.redis, `test-${randomUUID()}:`, 10);
  const watched: CustomerStore = {
    ...store,
    gold: (ids) => {
      if (ids.length > 0) asked.push(performance.now());
      return store.gold(ids);
    },
  };
  const view = createLiveView({
    store: watched,
    decodeGold: createJsonCodec<CustomerGold>('dom.customer.gold.v1').decode,
    clock: Date.now,
    onRetired: () => {},
  });
  const hub = createEventHub(view, logger);
  const subscription: Subscription = {
    customerIds: null,
    form: 'test',
    customer: async (id) => {
      await view.history(id, 1);
      return { event: 'customer', data: JSON.stringify({ id }) };
    },
    totals: null,
    status: () => ({ event: 'status', data: '{}' }),
  };
  const server = createServer((_request, response) => hub.subscribe(response, subscription, null));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const events = await listenToEvents(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  onTestFinished(async () => {
    await events.close();
    await hub.close();
    server.close();
    await connection.close();
    await gate.close();
  });
  await vi.waitFor(() => expect(connection.redis.status).toBe('ready'));
  const change = (customer_id: string): Promise<void> => {
    const gold = customerGold({ customer_id });
    return view.applied([{ customer_id, gold, value: null, stretch: 0, offset: 0 }], []);
  };
  return { gate, asked, lines, events, change };
};

it('asks an absent Redis once a second, logs one warning an outage, and then tells what changed', async () => {
  const { gate, asked, lines, events, change } = await startHub();
  const warnings = () => lines.filter((line) => line.includes('live events wait'));
  gate.shut();
  await change('ada');
  await vi.waitFor(() => expect(asked.length).toBe(3), { timeout: 10_000 });
  expect(asked[2]! - asked[0]!).toBeGreaterThan(1_900);
  expect(warnings()).toHaveLength(1);
  gate.open();
  expect(await events.next(({ name }) => name === 'customer')).toMatchObject({ data: { id: 'ada' } });
  expect(lines.at(-1)).toContain('live events go on');
  gate.shut();
  await change('grace');
  await vi.waitFor(() => expect(warnings()).toHaveLength(2));
});

it('does not lose a change because Redis goes away between its reading and its writing', async () => {
  const { gate, events, lines, change } = await startHub();
  gate.shutAt('history-times:ada');
  await change('ada');
  await vi.waitFor(() => expect(lines.join('')).toContain('live events wait'));
  gate.open();
  expect(await events.next(({ name }) => name === 'customer')).toMatchObject({ data: { id: 'ada' } });
});
