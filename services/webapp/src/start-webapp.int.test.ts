import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTcpGate } from './testing/tcp-gate.ts';
import { createSurroundings, type Surroundings } from './testing/webapp-under-test.ts';

let surroundings: Surroundings;

beforeAll(async () => {
  surroundings = await createSurroundings();
});
afterAll(() => surroundings?.close());

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

it('has health, metrics and a page while the registry is away at start, and goes on when it is back', async () => {
  const gate = await startTcpGate(process.env['SCHEMA_REGISTRY_URL']!);
  gate.shut();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const starting = surroundings.start({ port, schema_registry_url: gate.url });
  const live = await vi.waitFor(() => fetch(`${url}/livez`));
  expect(live.status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { ready: false, checks: { registry: 'waiting for the schema registry', view: 'starting' } },
  ]);
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  expect((await fetch(`${url}/assets/base.css`)).status).toBe(200);
  const page = await fetch(`${url}/customers`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(503);
  const html = await page.text();
  expect(html).toContain('Back in a moment');
  expect(html).toContain('http-equiv="refresh"');
  const refused = await fetch(`${url}/api/customers`, { method: 'POST' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await refused.json()).toMatchObject({ error: { code: 'REGISTRY_UNAVAILABLE' } });
  gate.open();
  const webapp = await starting;
  expect((await fetch(`${webapp.url}/customers`)).status).toBe(200);
  await webapp.stop();
  await gate.close();
});

it('has health, metrics and a page while Kafka is away at start, and goes on when it is back', async () => {
  const gate = await startTcpGate(`kafka://${process.env['KAFKA_BOOTSTRAP_SERVERS']}`);
  gate.shut();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const starting = surroundings.start({ port, kafka_bootstrap_servers: new URL(gate.url).host });
  expect((await vi.waitFor(() => fetch(`${url}/livez`))).status).toBe(200);
  await vi.waitFor(async () => {
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { checks: { registry: 'ok' } }]);
  });
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  const html = await (await fetch(`${url}/customers`, { headers: { accept: 'text/html' } })).text();
  expect(html).toContain('Marketing Streams');
  gate.open();
  const webapp = await starting;
  expect((await fetch(`${webapp.url}/customers`)).status).toBe(200);
  await webapp.stop();
  await gate.close();
});
