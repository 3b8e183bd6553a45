import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

/**
 * Takes one customer through a running system over HTTP, as a newcomer would: created, first order, engaged.
 * Each step counts once its record has come back through the gold topic, not when the page shows it as pending.
 * `--url` says where (default http://127.0.0.1:PORT, 5000); `--expect-customers N` first waits for N customers
 * that an earlier run left. Ends with exit code 1 and a sentence when something is not as it should be.
 */
const PATIENCE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 50;

const { values } = parseArgs({
  options: { url: { type: 'string' }, 'expect-customers': { type: 'string', default: '0' } },
});
const base = values.url ?? `http://127.0.0.1:${process.env['PORT'] || 5000}`;

type Customer = {
  readonly customer_id: string;
  /** True while an action is shown that no gold record holds yet. */
  readonly pending: boolean;
  readonly lifecycle_stage: string;
  readonly is_active: boolean;
  readonly lifetime_value: number;
  readonly order_count: number;
};

const call = async (
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
};

const expectStatus = async (
  expected: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> => {
  const answer = await call(method, path, body);
  if (answer.status === expected) return answer.body;
  throw new Error(
    `${method} ${path}: expected ${expected}, got ${answer.status}: ${JSON.stringify(answer.body)}`,
  );
};

/** Polls until `done`, and says how long it took. */
const eventually = async (
  what: string,
  look: () => Promise<unknown>,
  done: (seen: unknown) => boolean,
): Promise<void> => {
  const begin = performance.now();
  let seen: unknown;
  while (performance.now() - begin < PATIENCE_MILLISECONDS) {
    seen = await look();
    if (done(seen)) {
      console.log(`${what}: ${Math.round(performance.now() - begin)} ms`);
      return;
    }
    await delay(POLL_MILLISECONDS);
  }
  throw new Error(`${what}: not within ${PATIENCE_MILLISECONDS / 1000} s; last seen ${JSON.stringify(seen)}`);
};

const run = async (): Promise<void> => {
  const expected = Number(values['expect-customers']);
  if (expected > 0) {
    await eventually(
      `${expected} customers of before`,
      () => expectStatus(200, 'GET', '/api/customers'),
      (page) => (page as { customers: readonly unknown[] }).customers.length >= expected,
    );
  }
  const created = await expectStatus(201, 'POST', '/api/customers', {
    first_name: 'Ada',
    last_name: 'Lovelace',
    email: 'ada@example.com',
  });
  const { customer_id } = created as { customer_id: string };
  const path = `/api/customers/${customer_id}`;
  const customer = (): Promise<unknown> => expectStatus(200, 'GET', path);
  await eventually(
    'created as an inactive prospect',
    customer,
    (seen) =>
      !(seen as Customer).pending &&
      (seen as Customer).lifecycle_stage === 'prospect' &&
      !(seen as Customer).is_active,
  );
  await expectStatus(202, 'POST', `${path}/orders`, { total_amount: 120.5 });
  await eventually(
    'active customer of 120.50 after the order',
    customer,
    (seen) =>
      !(seen as Customer).pending &&
      (seen as Customer).lifecycle_stage === 'customer' &&
      (seen as Customer).is_active &&
      (seen as Customer).lifetime_value === 120.5 &&
      (seen as Customer).order_count === 1,
  );
  await expectStatus(202, 'POST', `${path}/engagements`, { channel: 'EMAIL', status: 'DELIVERED' });
  await eventually(
    'engaged after the delivery',
    customer,
    (seen) => !(seen as Customer).pending && (seen as Customer).lifecycle_stage === 'engaged',
  );
  console.log(`customer ${customer_id} went all the way`);
};

try {
  await run();
} catch (error) {
  // fetch says only that it failed; what the connection met is its cause.
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const reason = cause instanceof Error ? `${base}: ${cause.message || message}` : message;
  console.error(`smoke: ${reason}`);
  process.exitCode = 1;
}
