import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerGold } from './testing/customer-gold.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from './testing/webapp-under-test.ts';

let surroundings: Surroundings;
let webapp: RunningWebapp;

beforeAll(async () => {
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  await surroundings.publishGold(customerGold({ customer_id: 'ada', last_name: '<b>Lovelace</b>' }));
  await webapp.caughtUp();
});
afterAll(() => surroundings?.close());

/** A browser without scripts: keeps cookies, reads the token from the page. */
const createVisitor = () => {
  const cookies = new Map<string, string>();
  const visit = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      cookies.set(name, value);
    }
    return response;
  };
  const token = async (): Promise<string> => {
    const html = await (await visit(`${webapp.url}/customers`)).text();
    return /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  };
  const submit = (path: string, fields: Record<string, string>): Promise<Response> =>
    visit(`${webapp.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  return { visit, token, submit };
};

describe('the pages without a script', () => {
  it('create a customer, and say so on the next page, once', async () => {
    const visitor = createVisitor();
    const person = { first_name: 'Grace', last_name: 'Hopper', email: 'grace@example.com', phone: '' };
    const answer = await visitor.submit('/customers', { _csrf: await visitor.token(), ...person });
    expect(answer.status).toBe(303);
    const url = `${webapp.url}${answer.headers.get('location')}`;
    const page = await (await visitor.visit(url)).text();
    expect(page).toContain('New customer Grace Hopper created');
    expect(page).toContain('stage-prospect');
    expect(page).toContain('Inactive');
    expect(await (await visitor.visit(url)).text()).not.toContain('New customer Grace Hopper created');
  });

  it('keep a banner over a restart with the same secret', async () => {
    const visitor = createVisitor();
    await visitor.submit('/customers/ada/orders', { _csrf: await visitor.token(), return_to: '/customers' });
    await webapp.stop();
    webapp = await surroundings.start();
    expect(await (await visitor.visit(`${webapp.url}/customers`)).text()).toMatch(
      /Order of \$[\d,.]+: \d+ piece/,
    );
  });

  it.each([
    ['/customers', '/customers'],
    ['//elsewhere.example', '/customers/ada'],
    ['/\\elsewhere.example', '/customers/ada'],
    ['https://elsewhere.example', '/customers/ada'],
  ])('go back to our own pages only: %s', async (return_to, location) => {
    const visitor = createVisitor();
    const fields = { _csrf: await visitor.token(), return_to };
    const answer = await visitor.submit('/customers/ada/engagements', fields);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location]);
  });

  it('show the form again with what is wrong', async () => {
    const visitor = createVisitor();
    const fields = { _csrf: await visitor.token(), first_name: 'Grace', last_name: '', email: 'nope' };
    const answer = await visitor.submit('/customers', fields);
    expect(answer.status).toBe(400);
    const page = await answer.text();
    expect(page).toContain('must look like name@example.com');
    expect(page).toContain('value="Grace"');
  });

  it.each(['/customers', '/customers/ada/orders', '/customers/ada/engagements'])(
    'refuse a form with a wrong or missing token: %s',
    async (path) => {
      const visitor = createVisitor();
      await visitor.token();
      expect((await visitor.submit(path, { _csrf: 'guessed' })).status).toBe(403);
      expect((await visitor.submit(path, {})).status).toBe(403);
      const stranger = createVisitor();
      expect((await stranger.submit(path, { _csrf: await visitor.token() })).status).toBe(403);
    },
  );

  it('say which token was wrong, and cut a long one', async () => {
    const refused = async (fields: Record<string, string>): Promise<unknown> => {
      const body = new URLSearchParams(fields);
      const headers = { accept: 'application/json' };
      const answer = await fetch(`${webapp.url}/customers`, { method: 'POST', headers, body });
      const { error } = (await answer.json()) as { error: { code: string; fields: unknown } };
      return [answer.status, error.code, error.fields];
    };
    const message = 'is not the token of this session';
    expect(await refused({ _csrf: 'guessed' })).toEqual([
      403,
      'FORBIDDEN',
      [{ field: '_csrf', value: 'guessed', message }],
    ]);
    expect(await refused({ _csrf: 'x'.repeat(5_000) })).toEqual([
      403,
      'FORBIDDEN',
      [{ field: '_csrf', value: `"${'x'.repeat(199)}…`, message }],
    ]);
    expect(await refused({})).toEqual([403, 'FORBIDDEN', [{ field: '_csrf', message: 'is missing' }]]);
  });

  it('write names as text, whatever they contain', async () => {
    const page = await (await createVisitor().visit(`${webapp.url}/customers/ada`)).text();
    expect(page).toContain('&lt;b&gt;Lovelace&lt;/b&gt;');
    expect(page).not.toContain('<b>Lovelace');
  });

  it('run no script but their own', async () => {
    const response = await createVisitor().visit(`${webapp.url}/customers`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/\sstyle="|\son\w+="/);
  });

  it('say who is not there', async () => {
    const response = await createVisitor().visit(`${webapp.url}/customers/nobody`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('there is no customer nobody');
  });
});

describe('health', () => {
  it('is told on the same port', async () => {
    expect((await fetch(`${webapp.url}/livez`)).status).toBe(200);
    const ready = await fetch(`${webapp.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, checks: { registry: 'ok', kafka: 'ok', redis: 'ok', view: 'ok', tables: 'ok' } },
    ]);
    expect(await (await fetch(`${webapp.url}/metrics`)).text()).toContain('webapp_view_records_total');
  });
});
