import { join } from 'node:path';
import { readTable } from '@marketing-streams/lakehouse/read-table';
import { readWithDeltalake } from '@marketing-streams/lakehouse/testing/python-delta-reader';

/** A table's visible rows; money in cents, times in epoch milliseconds, bytes as base64, maps as objects. */
export type TableRows = readonly Readonly<Record<string, unknown>>[];

/** Gives the rows of a table below the delta folder, e.g. `silver/orders`. */
export type ReadTableRows = (table: string) => Promise<TableRows>;

const cents = (column: string): string =>
  `CAST(round(CAST(${column} AS DOUBLE) * 100) AS BIGINT) AS ${column}`;

/** Columns that are compared, as SQL. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  'bronze/customer_profiles': ['topic', '"partition"', '"offset"', '"key"', '"value"'],
  'bronze/orders': ['topic', '"partition"', '"offset"', '"key"', '"value"'],
  'bronze/activations': ['topic', '"partition"', '"offset"', '"key"', '"value"'],
  'silver/customers': ['customer_id', 'email', 'first_name', 'last_name'],
  'silver/orders': ['customer_id', 'order_id', 'status', cents('total_amount'), 'placed_at'],
  'silver/activations': ['customer_id', 'activation_id', 'channel', 'status', 'occurred_at'],
  'gold/customer_360': [
    ...['customer_id', 'email', 'first_name', 'last_name', 'is_active', 'lifecycle_stage', 'order_count'],
    ...[cents('lifetime_value'), 'delivered', 'failed', 'by_channel'],
  ],
  'gold/segment_sizes': ['segment', '"minute"', 'members', 'entered', '"left"'],
  'gold/propensity': ['customer_id', 'score', 'model_version'],
};

const plain = (row: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]),
  );

/** Reads with this platform's own lakehouse package: cheap enough for every fault. */
export const ownTableRows =
  (deltaDirectory: string): ReadTableRows =>
  async (name) => {
    const table = await readTable({ path: join(deltaDirectory, name) });
    const rows: Record<string, unknown>[] = [];
    for await (const row of table.scanRows()) rows.push(plain(row));
    return rows;
  };

const TIMES = new Set(['placed_at', 'occurred_at', 'minute']);

/** A map comes as a list of keys and values, a time as ISO text. */
const fromDeltalake = (name: string, value: unknown): unknown => {
  if (name === 'by_channel') return Object.fromEntries(value as readonly [string, object][]);
  return TIMES.has(name) ? Date.parse(String(value)) : value;
};

/** Reads with delta-rs from Python, which shares no code with the writer. */
export const deltalakeTableRows =
  (deltaDirectory: string): ReadTableRows =>
  async (name) => {
    const columns = COLUMNS[name];
    if (columns === undefined) throw new Error(`no columns are named for ${name}`);
    const rows = await readWithDeltalake(join(deltaDirectory, name), `SELECT ${columns.join(', ')} FROM t`);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [column, fromDeltalake(column, value)]),
      ),
    );
  };
