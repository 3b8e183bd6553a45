import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, onComplaint } from './testing/browser.ts';
import { customerGold } from './testing/customer-gold.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from './testing/webapp-under-test.ts';

let surroundings: Surroundings;
let webapp: RunningWebapp;
let browser: BrowserContext;
let page: Page;
let complaints: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  await surroundings.publishGold(
    ...['Ada Lovelace', 'Grace Hopper', 'Mary Somerville'].map((name, number) => {
      const [first_name = '', last_name = ''] = name.split(' ');
      return customerGold({ customer_id: `c${number}`, first_name, last_name });
    }),
  );
  await webapp.caughtUp();
  page = await browser.newPage();
  onComplaint(page, (text) => complaints.push(text));
});
afterEach(() => {
  expect(complaints).toEqual([]);
  complaints = [];
});
afterAll(async () => {
  await browser?.close();
  await surroundings?.close();
});

/** Opens a page and marks it: the mark is gone when the page was loaded anew. */
const open = async (path: string): Promise<void> => {
  await page.goto(`${webapp.url}${path}`);
  await page.locator('#connection[data-state=live]').waitFor();
  await page.evaluate("document.body.setAttribute('data-mark', 'same page')");
};

const isSamePage = (): Promise<unknown> => page.evaluate("document.body.hasAttribute('data-mark')");

const card = (id: string) => page.locator(`#customer-${id}`);

/** The gold record that holds what is shown of a customer, as gold and its publisher would make it. */
const goldOf = async (id: string, fields: Partial<CustomerGold>): Promise<CustomerGold> => {
  const shown = (await (await fetch(`${webapp.url}/api/customers/${id}`)).json()) as {
    version: number;
    first_name: string;
    last_name: string;
    pending_actions: { topic: string; partition: number; offset: number }[];
  };
  const { first_name, last_name, version, pending_actions } = shown;
  const source_offsets = pending_actions.map(({ topic, partition, offset }) => ({
    topic,
    partition,
    offset,
  }));
  return customerGold({
    customer_id: id,
    first_name,
    last_name,
    ...fields,
    version: version + 1,
    source_offsets,
  });
};

describe('the customers page in a browser', () => {
  it('changes as gold records come, without a reload', async () => {
    await open('/customers');
    await surroundings.publishGold(
      customerGold({
        customer_id: 'c1',
        first_name: 'Grace',
        last_name: 'Hopper',
        version: 2,
        order_count: 1,
        lifetime_value: 612_345,
        delivered: 9,
        failed: 1,
      }),
    );
    await card('c1').getByText('$6,123.45', { exact: true }).waitFor();
    await card('c1').getByText('Evangelist').waitFor();
    await page.locator('#totals').getByText('$6,123.45', { exact: true }).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('creates a customer in the dialog, who is there at once', async () => {
    await open('/customers');
    await page.getByRole('link', { name: 'Create New Customer' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('First name').fill('Katherine');
    await dialog.getByLabel('Last name').fill('Johnson');
    await dialog.getByLabel('E-mail').fill('katherine@example.com');
    await dialog.getByRole('button', { name: 'Create customer' }).click();
    const created = page.getByRole('article', { name: 'Katherine Johnson' });
    await created.getByText('Prospect').waitFor();
    await created.getByText('Inactive').waitFor();
    await created.getByText('$0.00').waitFor();
    await created.getByText('On its way').waitFor();
    expect(await isSamePage()).toBe(true);

    const id = (await created.getAttribute('data-customer')) ?? '';
    await surroundings.publishGold(await goldOf(id, {}));
    await created.getByText('On its way').waitFor({ state: 'detached' });
  });

  it('shows an order and a message at once, and settles when gold has them', async () => {
    await open('/customers');
    await card('c2').getByRole('button', { name: 'Add Order' }).click();
    await card('c2').getByText('On its way').waitFor();
    await card('c2').getByText('Customer', { exact: true }).waitFor();
    expect(await card('c2').getByText('$0.00').count()).toBe(0);
    await card('c2').getByRole('button', { name: 'Engage' }).click();
    await page.locator('#flashes .flash').nth(1).waitFor();
    await surroundings.publishGold(
      await goldOf('c2', { order_count: 1, lifetime_value: 7_700, delivered: 1 }),
    );
    await card('c2').getByText('$77.00', { exact: true }).waitFor();
    await card('c2').getByText('Engaged', { exact: true }).first().waitFor();
    await card('c2').getByText('On its way').waitFor({ state: 'detached' });
    expect(await isSamePage()).toBe(true);
  });

  it('searches while typing and keeps it in the address', async () => {
    await open('/customers');
    await page.getByLabel('Search').fill('hopp');
    await card('c0').waitFor({ state: 'detached' });
    await card('c1').waitFor();
    expect(new URL(page.url()).search).toBe('?search=hopp');
    await page.getByRole('link', { name: /^Prospect/ }).click();
    await page.getByText('Nobody matches').waitFor();
    await page.goBack();
    await card('c1').waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('lets the keyboard do everything, and keeps its place while values change', async () => {
    await open('/customers');
    const button = card('c0').getByRole('button', { name: 'Add Order' });
    await button.focus();
    await page.keyboard.press('Enter');
    await card('c0').getByText('On its way').waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('order-c0');
  });

  it('has no part that is wider than a phone', async () => {
    await page.setViewportSize({ width: 375, height: 812 });
    for (const path of ['/customers', '/customers?layout=table', '/customers/c1', '/customers/new']) {
      await page.goto(`${webapp.url}${path}`);
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, overflow]).toEqual([path, 0]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });
});

describe("a customer's page in a browser", () => {
  it('changes while somebody reads the gold record', async () => {
    await open('/customers/c1');
    await page.getByRole('heading', { name: 'Gold record' }).click();
    await page.locator('pre').getByText('"version": 2').waitFor();
    await surroundings.publishGold(
      customerGold({
        customer_id: 'c1',
        first_name: 'Grace',
        last_name: 'Hopper',
        version: 3,
        order_count: 2,
        lifetime_value: 700_000,
        delivered: 9,
        failed: 1,
      }),
    );
    await page.locator('pre').getByText('"version": 3').waitFor();
    await page.getByText('$7,000.00', { exact: true }).waitFor();
    await page.getByText('$3,500.00', { exact: true }).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('cancels an order that was just added', async () => {
    await open('/customers/c1');
    await page.getByRole('button', { name: 'Add Order' }).click();
    await page
      .locator('.order')
      .first()
      .getByRole('button', { name: /^Cancel order/ })
      .click();
    await page.locator('.order').first().getByText('Cancelled').waitFor();
    await page.getByText('$7,000.00', { exact: true }).waitFor();
    expect(await isSamePage()).toBe(true);
  });

  it('copies the id', async () => {
    await browser.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('/customers/c1');
    await page.getByRole('button', { name: 'Copy customer id' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('c1');
  });
});

describe('a page whose web app restarts', () => {
  it('says so, and goes on by itself', async () => {
    await open('/customers');
    const port = Number(new URL(webapp.url).port);
    await webapp.stop();
    await page.locator('#connection[data-state=away]').waitFor();
    complaints = [];
    webapp = await surroundings.start({ port });
    await page.locator('#connection[data-state=live]').waitFor();
    await surroundings.publishGold(
      customerGold({ customer_id: 'c0', version: 9, order_count: 1, lifetime_value: 4_200 }),
    );
    await card('c0').getByText('$42.00', { exact: true }).waitFor();
    expect(await isSamePage()).toBe(true);
    // The browser itself notes each attempt to connect that failed, and each answer of a web app that is starting.
    complaints = complaints.filter((text) => !/ERR_|status of 503/.test(text));
  });
});
