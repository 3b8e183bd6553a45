import type { ExpectedCustomer, Ledger } from './ledger.ts';

/** Rows by their key, as far as the ledger can tell what is in them; amounts in cents. */
export type ExpectedRows = ReadonlyMap<string, object>;

/** One row an order, by customer and order. */
export const expectedOrders = (ledger: Ledger): ExpectedRows =>
  new Map(
    ledger
      .orders()
      .map(({ customer_id, order_id, status, total_amount, placed_at }) => [
        `${customer_id} ${order_id}`,
        { status, total_amount, placed_at },
      ]),
  );

/** One row a delivery, by customer and activation. */
export const expectedActivations = (ledger: Ledger): ExpectedRows =>
  new Map(
    ledger
      .deliveries()
      .map(({ customer_id, activation_id, channel, status, occurred_at }) => [
        `${customer_id} ${activation_id}`,
        { channel, status, occurred_at },
      ]),
  );

/** One row a customer of whom there is a profile patch. */
export const expectedProfiles = (ledger: Ledger, profiled: ReadonlySet<string>): ExpectedRows =>
  new Map(
    [...profiled].map((id) => {
      const { email, first_name, last_name } = ledger.expected(id);
      return [id, { email, first_name, last_name }];
    }),
  );

/** One row a customer that was ever heard of. */
export const expectedCustomers = (ledger: Ledger): ReadonlyMap<string, ExpectedCustomer> =>
  new Map(ledger.customerIds().map((id) => [id, ledger.expected(id)]));

/** Rows by key; a second row of one key, which no table and no store may have, shows under a name of its own. */
export const byKey = <Row extends object>(
  rows: Iterable<Row>,
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row> => {
  const keyed = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    keyed.set(keyed.has(key) ? `${key} (again)` : key, row);
  }
  return keyed;
};
