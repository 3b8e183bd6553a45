import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ada, apiClient } from './testing/api-client.ts';
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

describe('a bad request', () => {
  const fieldsOf = ({ body }: Answer) => (body['error'] as { fields: unknown[] }).fields;

  it.each([
    ['POST', '/api/customers/nobody/orders'],
    ['POST', '/api/customers/nobody/engagements'],
    ['GET', '/api/customers/nobody'],
    ['GET', '/api/customers/nobody/timeline'],
  ])('for somebody unknown is a 404 that names the id: %s %s', async (method, path) => {
    const answer = await call(method, path);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      error: { code: 'NOT_FOUND', message: 'there is no customer nobody' },
    });
  });

  it.each([
    ['orders', { total_amount: -1 }, 'total_amount', -1],
    ['orders', { total_amount: 1.999 }, 'total_amount', 1.999],
    ['engagements', { channel: 'PIGEON' }, 'channel', 'PIGEON'],
    ['engagements', { chanel: 'SMS' }, 'chanel', 'SMS'],
  ])('to %s with %j is a 400 that names field and value', async (path, body, field, value) => {
    const answer = await call('POST', `/api/customers/${await create()}/${path}`, body);
    expect(answer.status).toBe(400);
    expect(fieldsOf(answer)).toMatchObject([{ field, value }]);
  });

  it('of broken JSON is a 400 that names the position', async () => {
    const broken = await call('POST', '/api/customers', '{"first_name": Ada}');
    expect(broken.status).toBe(400);
    expect(fieldsOf(broken)).toMatchObject([{ field: 'body', message: 'breaks at position 15' }]);
    const cut = await call('POST', '/api/customers', '{"first_name":');
    expect(fieldsOf(cut)).toMatchObject([{ message: 'breaks at position 14' }]);
  });

  it('of 2 MB is a 413', async () => {
    const answer = await call('POST', '/api/customers', { ...ada, first_name: 'x'.repeat(2_000_000) });
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE' } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of type %s is a 415',
    async (type) => {
      expect(
        (await call('POST', '/api/customers', JSON.stringify(ada), { 'content-type': type })).status,
      ).toBe(415);
      expect((await call('POST', '/api/customers/a/orders', '', { 'content-type': type })).status).toBe(415);
    },
  );

  it.each([{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://elsewhere.example' }, { origin: 'null' }])(
    'from another site is a 403: %j',
    async (headers) => {
      expect((await call('POST', '/api/customers', ada, headers)).status).toBe(403);
    },
  );

  it('is not what a page behind a trusted proxy sends: its origin is the forwarded host', async () => {
    const headers = { origin: 'https://shop.example', 'x-forwarded-host': 'shop.example' };
    expect((await call('POST', '/api/customers', ada, headers)).status).toBe(403);
    const proxied = await surroundings.start({ trusted_proxies: 1 });
    const post = (origin: string) =>
      fetch(`${proxied.url}/api/customers`, {
        method: 'POST',
        headers: { ...headers, origin, 'content-type': 'application/json' },
        body: JSON.stringify(ada),
      });
    expect((await post('https://shop.example')).status).toBe(201);
    expect((await post('https://elsewhere.example')).status).toBe(403);
    await proxied.stop();
  });

  it('beyond the limit of writes is a 429 that says when to come again', async () => {
    const strict = await surroundings.start({ writes_per_minute: 2 });
    const write = () =>
      fetch(`${strict.url}/api/customers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ada),
      });
    const statuses = [(await write()).status, (await write()).status];
    const third = await write();
    expect([...statuses, third.status]).toEqual([201, 201, 429]);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${strict.url}/api/customers`)).status).toBe(200);
    await strict.stop();
  });

  it('for a file that is not there is a 404 that does not tell where files lie', async () => {
    const answer = await call('GET', '/assets/nope.js', undefined, { accept: 'application/json' });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ error: { code: 'NOT_FOUND', message: 'Not Found', fields: [] } });
    expect((await call('GET', '/api/customers/%zz')).body).toMatchObject({
      error: { code: 'VALUE_UNDECODABLE', message: "Failed to decode param '%zz'" },
    });
  });

  it('for nothing there is a 404', async () => {
    expect((await call('GET', '/api/nothing')).status).toBe(404);
    expect((await call('GET', '/api/customers?sort=shoe_size')).status).toBe(400);
  });
});
