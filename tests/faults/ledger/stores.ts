import { join } from 'node:path';
import { numberFromCents } from '@marketing-streams/domain/money';
import {
  type DeltalakeRow,
  readWithDeltalake,
} from '@marketing-streams/lakehouse/testing/python-delta-reader';
import { readGold } from '../../src/harness/gold-topic.ts';
import type { PipelineAccess } from '../../src/harness/pipeline-access.ts';
import type { ExpectedCustomer, Ledger } from './ledger.ts';

/** What the ledger says and what every store says, by the row's key; amounts in cents. */
export type Views = {
  readonly expected: ReadonlyMap<string, object>;
  readonly actual: ReadonlyMap<string, object>;
};

const byKey = (
  rows: readonly DeltalakeRow[],
  ...columns: readonly string[]
): ReadonlyMap<string, DeltalakeRow> =>
  new Map(rows.map((row) => [columns.map((column) => row[column]).join(' '), row]));

const expectedCustomers = (ledger: Ledger): Map<string, ExpectedCustomer> =>
  new Map(ledger.customerIds().map((id) => [id, ledger.expected(id)]));

/** A map column comes as a list of keys and values. */
const withChannels = (row: DeltalakeRow): DeltalakeRow => ({
  ...row,
  by_channel: Object.fromEntries(row['by_channel'] as readonly [string, object][]),
});

const CENTS = 'CAST(round(CAST(lifetime_value AS DOUBLE) * 100) AS BIGINT) AS lifetime_value';

/** The customer 360 as its Delta table has it. */
export const goldTable = async (delta: string, ledger: Ledger): Promise<Views> => {
  const rows = await readWithDeltalake(
    join(delta, 'gold/customer_360'),
    `SELECT customer_id, email, first_name, last_name, is_active, lifecycle_stage, order_count, ${CENTS},
            delivered, failed, by_channel FROM t`,
  );
  return { expected: expectedCustomers(ledger), actual: byKey(rows.map(withChannels), 'customer_id') };
};

/** The orders as their silver Delta table has them. */
export const ordersTable = async (delta: string, ledger: Ledger): Promise<Views> => {
  const rows = await readWithDeltalake(
    join(delta, 'silver/orders'),
    `SELECT customer_id, order_id, status, CAST(round(CAST(total_amount AS DOUBLE) * 100) AS BIGINT) AS total_amount
     FROM t`,
  );
  return {
    expected: new Map(
      ledger
        .orders()
        .map(({ customer_id, order_id, status, total_amount }) => [
          `${customer_id} ${order_id}`,
          { status, total_amount },
        ]),
    ),
    actual: byKey(rows, 'customer_id', 'order_id'),
  };
};

/** The deliveries as their silver Delta table has them. */
export const activationsTable = async (delta: string, ledger: Ledger): Promise<Views> => {
  const rows = await readWithDeltalake(
    join(delta, 'silver/activations'),
    'SELECT customer_id, activation_id, channel, status FROM t',
  );
  return {
    expected: new Map(
      ledger
        .deliveries()
        .map(({ customer_id, activation_id, channel, status }) => [
          `${customer_id} ${activation_id}`,
          { channel, status },
        ]),
    ),
    actual: byKey(rows, 'customer_id', 'activation_id'),
  };
};

/** The profiles as their silver Delta table has them; a customer without any patch has no row. */
export const customersTable = async (delta: string, ledger: Ledger): Promise<Views> => {
  const rows = byKey(
    await readWithDeltalake(
      join(delta, 'silver/customers'),
      'SELECT customer_id, email, first_name, last_name FROM t',
    ),
    'customer_id',
  );
  const named = [...expectedCustomers(ledger)].filter(
    ([id, { email, first_name }]) => rows.has(id) || email !== null || first_name !== null,
  );
  return {
    expected: new Map(
      named.map(([id, { email, first_name, last_name }]) => [id, { email, first_name, last_name }]),
    ),
    actual: rows,
  };
};

/** The published record, as a read_committed reader sees it. */
export const goldTopic = async ({ kafka }: PipelineAccess, ledger: Ledger): Promise<Views> => ({
  expected: expectedCustomers(ledger),
  actual: await readGold(kafka),
});

/** What Redis holds, as people see it, against the ledger and the version of the published record. */
export const redis = async ({ api, kafka }: PipelineAccess, ledger: Ledger): Promise<Views> => {
  const gold = await readGold(kafka);
  return {
    expected: new Map(
      [...expectedCustomers(ledger)].map(([id, figures]) => [
        id,
        {
          ...figures,
          lifetime_value: numberFromCents(figures.lifetime_value),
          version: gold.get(id)?.version,
          pending: false,
        },
      ]),
    ),
    actual: new Map((await api.allCustomers()).map((customer) => [customer.customer_id, customer])),
  };
};

/** The newest score of every customer: the Delta table against the published record. */
export const propensityTable = async ({ kafka, deltaDirectory }: PipelineAccess): Promise<Views> => {
  const rows = await readWithDeltalake(
    join(deltaDirectory, 'gold/propensity'),
    'SELECT customer_id, score, model_version FROM t',
  );
  const published = [...(await readGold(kafka))].map(
    ([id, { propensity }]) =>
      [id, { score: propensity?.score, model_version: propensity?.model_version }] as const,
  );
  return { expected: new Map(published), actual: byKey(rows, 'customer_id') };
};
