import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { launchBrowser } from './harness/browser.ts';
import { orderPlaced } from './harness/input-events.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';

let pipeline: PipelineAccess;
let browser: Browser;

beforeAll(async () => {
  [pipeline, browser] = await Promise.all([sharedPipeline('customers-page'), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await pipeline?.close();
});

/** A live update is there within this time, or it is not live. */
const LIVE_MILLISECONDS = 5000;

/** Leaves a mark that a reload would wipe off. */
const mark = (page: Page): Promise<void> => page.evaluate("document.documentElement.dataset.mark = 'here'");
const isMarked = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.dataset.mark === 'here'");

/** Opens a page whose console has to stay free of errors. */
const open = async (path: string): Promise<{ readonly page: Page; readonly errors: readonly string[] }> => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${pipeline.webappUrl}${path}`);
  await mark(page);
  return { page, errors };
};

const shows = (locator: Locator, text: string | RegExp): Promise<void> =>
  vi.waitFor(
    async () => {
      const seen = (await locator.textContent()) ?? '';
      if (typeof text === 'string') expect(seen).toContain(text);
      else expect(seen).toMatch(text);
    },
    { timeout: LIVE_MILLISECONDS, interval: 25 },
  );

const isGone = (locator: Locator): Promise<void> =>
  vi.waitFor(async () => expect(await locator.count()).toBe(0), {
    timeout: LIVE_MILLISECONDS,
    interval: 25,
  });

it('creates, orders and engages by clicking, and sees every change without a reload', async () => {
  const name = `Marie Curie${Date.now() % 100_000}`;
  const { page, errors } = await open('/customers?sort=created');
  await page.getByRole('link', { name: 'Create New Customer' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('First name').fill('Marie');
  await dialog.getByLabel('Last name').fill(name.slice('Marie '.length));
  await dialog.getByLabel('E-mail').fill('marie@example.com');
  await dialog.getByRole('button', { name: 'Create customer' }).click();

  const card = page.getByRole('article', { name });
  await card.waitFor({ timeout: LIVE_MILLISECONDS });
  await shows(card, /Prospect/i);
  await shows(card, 'Inactive');
  await shows(card, '$0.00');
  const customerId = (await card.getAttribute('data-customer'))!;

  await card.getByRole('button', { name: 'Add Order' }).click();
  await shows(card, /Orders\s*1\D/);
  await shows(card, /\bActive\b/);
  await shows(card, /Customer|High-value/i);
  expect(await card.textContent()).not.toContain('$0.00');
  await isGone(card.locator('.note-pending'));

  await card.getByRole('button', { name: 'Engage', exact: true }).click();
  await shows(card, /Engaged\s*(100%|0%)/);
  await isGone(card.locator('.note-pending'));
  await vi.waitFor(
    async () => {
      const { body } = await pipeline.api.customer(customerId);
      expect(body).toMatchObject({ order_count: 1, is_active: true, pending: false });
      expect(body.delivered + body.failed).toBe(1);
    },
    { timeout: LIVE_MILLISECONDS, interval: 50 },
  );

  expect(await isMarked(page)).toBe(true);
  expect(errors).toEqual([]);
  await page.close();
});

it('shows a change that another system caused, on the list and on the customer page', async () => {
  const { body } = await pipeline.api.createCustomer({
    first_name: 'Lise',
    last_name: 'Meitner',
    email: 'lise@example.com',
  });
  const { customer_id } = body;
  const list = await open('/customers?sort=created');
  const detail = await open(`/customers/${customer_id}`);
  const card = list.page.locator(`#customer-${customer_id}`);
  const profile = detail.page.locator('#customer');
  await shows(card, /Prospect/i);
  await shows(profile, /Prospect/i);

  await pipeline.send([
    pipeline.inputs.order(
      orderPlaced({ order_id: 'from-the-shop', customer_id, total_amount: 612_345, placed_at: Date.now() }),
    ),
  ]);
  await shows(card, '$6,123.45');
  await shows(card, /High[- ]value/i);
  await shows(profile, '$6,123.45');
  await shows(profile, /High[- ]value/i);
  await shows(profile, 'from-the-shop');

  for (const { page, errors } of [list, detail]) {
    expect(await isMarked(page)).toBe(true);
    expect(errors).toEqual([]);
    await page.close();
  }
});
