import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from './harness/browser.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';

let pipeline: PipelineAccess;
let browser: Browser;

beforeAll(async () => {
  [pipeline, browser] = await Promise.all([
    sharedPipeline('segments-page', ['live', 'monitor']),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await pipeline?.close();
});

type MembersAnswer = {
  readonly members: readonly { readonly customer_id: string; readonly since: string }[];
};

it('shows a customer enter and leave a segment, through all services and without a reload', async () => {
  const before = Date.now();
  const { body } = await pipeline.api.createCustomer({
    first_name: 'Emmy',
    last_name: 'Noether',
    email: 'emmy@example.com',
  });
  const { customer_id } = body;
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${pipeline.webappUrl}/segments/first-time-buyers?search=${customer_id}`);
  await page.locator('#connection[data-state=live]').waitFor();
  await page.evaluate("document.body.setAttribute('data-mark', 'same page')");
  const member = page.locator(`#member-${customer_id}`);
  expect(await member.count()).toBe(0);

  await pipeline.api.order(customer_id, { total_amount: 42 });
  await member.getByText('$42.00', { exact: true }).waitFor();
  const found = await pipeline.api.send<MembersAnswer>(
    'GET',
    `/api/segments/first-time-buyers/members?search=${customer_id}`,
  );
  expect(found.body.members).toMatchObject([{ customer_id }]);
  const since = Date.parse(found.body.members[0]!.since);
  expect(since).toBeGreaterThanOrEqual(before);
  expect(since).toBeLessThanOrEqual(Date.now());
  await page.locator('#segment-chart canvas').waitFor();

  await pipeline.api.order(customer_id, { total_amount: 8 });
  await member.waitFor({ state: 'detached' });
  expect(await page.evaluate("document.body.hasAttribute('data-mark')")).toBe(true);
  expect(errors).toEqual([]);
  await page.close();
});

it('shows the hops of all services caught up', async () => {
  await pipeline.caughtUp();
  const page = await browser.newPage();
  await page.goto(`${pipeline.webappUrl}/pipeline`);
  for (const group of [
    'silver',
    'gold',
    'gold-publisher',
    'live-customers',
    'segment-sizes',
    'reconciliation',
  ])
    await page.locator(`#hop-${group}`).getByText('Up to date').waitFor();
  await page.close();
});
