import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../testing/browser.ts';
import { customerGold } from '../testing/customer-gold.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';

let surroundings: Surroundings;
let webapp: RunningWebapp;
let browser: BrowserContext;
let page: Page;

const difference: Reconciliation = {
  customer_id: 'ada',
  differences: [{ field: 'lifetime_value', live: '12.5', gold: '0' }],
  cause: 'misplaced',
  records: [{ topic: 'dom.order.placed.v1', partition: 3, offset: 8, detail: 'on partition 3 and not 1' }],
  since: Date.now(),
};

const publishDifference = (row: Reconciliation | null): Promise<void> =>
  surroundings.publish(
    {
      topic: surroundings.topics.tables.reconciliation,
      key: 'ada',
      value: row === null ? null : Buffer.from(JSON.stringify(row)),
    },
    { topic: surroundings.topics.pipeline.consolidated, key: 'ada', value: Buffer.from('{}') },
  );

beforeAll(async () => {
  browser = await launchBrowser();
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  await surroundings.publishGold(customerGold({ customer_id: 'ada' }));
  await webapp.caughtUp();
  page = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  await surroundings?.close();
});

describe('the pipeline in a browser', () => {
  it('names a difference when it comes, with its cause, and takes it away when it is gone', async () => {
    await page.goto(`${webapp.url}/customers`);
    await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'Pipeline' }).click();
    await page.locator('#connection[data-state=live]').waitFor();
    await publishDifference(difference);
    const entry = page.locator('#difference-ada');
    await entry.getByText('record on a wrong partition').waitFor();
    await entry.getByText('dom.order.placed.v1/3/8').waitFor();
    await page.locator('#verdict').getByText('1 customer differs').waitFor();
    await publishDifference(null);
    await entry.waitFor({ state: 'detached' });
    // Nobody has compared in this test: zero would be more than is known.
    await page.locator('#verdict').getByText('Nothing is compared yet').waitFor();
    // The hop that nobody runs has records to read by now, and no page was loaded for it.
    await page.locator('.tile').first().getByText('3', { exact: true }).waitFor();
  });

  it('fits on a phone', async () => {
    await publishDifference(difference);
    await page.setViewportSize({ width: 375, height: 812 });
    await page.goto(`${webapp.url}/pipeline`);
    await page.locator('#difference-ada').waitFor();
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
  });
});
