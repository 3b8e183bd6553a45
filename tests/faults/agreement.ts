import { expect, vi } from 'vitest';
import type { PipelineAccess } from '../src/harness/pipeline-access.ts';
import { differences } from './ledger/differences.ts';
import type { Ledger } from './ledger/ledger.ts';
import { bronze, deadLetters, versionsThatDidNotGrow } from './ledger/records.ts';
import {
  activationsTable,
  customersTable,
  goldTable,
  goldTopic,
  ordersTable,
  propensityTable,
  redis,
  type Views,
} from './ledger/stores.ts';

/** Holds the ledger against every store, at rest. Throws naming what differs. */
export const expectAgreement = async (access: PipelineAccess, ledger: Ledger): Promise<void> => {
  const { deltaDirectory } = access;
  const agree = async (store: string, views: Promise<Views>): Promise<void> => {
    const { expected, actual } = await views;
    expect(differences(store, expected, actual)).toEqual([]);
  };
  await agree('dom.customer.gold.v1', goldTopic(access, ledger));
  expect(await versionsThatDidNotGrow(access)).toEqual([]);
  await agree('dead-letter-queue', deadLetters(access));
  await agree('silver/orders', ordersTable(deltaDirectory, ledger));
  await agree('silver/activations', activationsTable(deltaDirectory, ledger));
  await agree('silver/customers', customersTable(deltaDirectory, ledger));
  await agree('gold/customer_360', goldTable(deltaDirectory, ledger));
  await agree('gold/propensity', propensityTable(access));
  await agree('bronze', bronze(access));
  await vi.waitFor(() => agree('Redis', redis(access, ledger)), { timeout: 30_000, interval: 500 });
};
