import { type Column, column, type TableSchema } from '@marketing-streams/lakehouse/schema/table-schema';

/**
 * A column and how DuckDB computes it from a row's number `n` and its revision `r`. Decimals are computed as cents
 * and timestamps as epoch milliseconds, so that the same expression serves Parquet and JSON.
 */
type GeneratedColumn = { readonly column: Column; readonly expression: string };

/** A whole number from 0 up to a limit that looks random and is the same on every run. */
const among = (limit: number, salt: number): string => `(hash(n * 31 + r * 17 + ${salt}) % ${limit})::BIGINT`;

const oneOf = (values: readonly string[], salt: number): string =>
  `[${values.map((value) => `'${value}'`).join(', ')}][1 + ${among(values.length, salt)}]`;

const FIRST_DAY_MILLISECONDS = 1_640_995_200_000;
const THREE_YEARS_MILLISECONDS = 94_608_000_000;

/** The key of the customer with number `n`: 128 bits that look random, written as a UUID. */
const KEY = "md5('customer-' || n)::UUID::VARCHAR";

const someMoment = (salt: number): string =>
  `${FIRST_DAY_MILLISECONDS} + ${among(THREE_YEARS_MILLISECONDS, salt)}`;

/** The columns of a customer's 360° view: a UUID key and nineteen more of the types that such tables have. */
const COLUMNS: readonly GeneratedColumn[] = [
  { column: column.string('customer_id', { nullable: false }), expression: KEY },
  {
    column: column.string('email'),
    expression: `'person.' || ${among(5_000_000, 1)} || '@' || ${oneOf(['example.com', 'example.org', 'mail.example.net'], 2)}`,
  },
  {
    column: column.string('first_name'),
    expression: oneOf(
      ['Ada', 'Barbara', 'Chien-Shiung', 'Dorothy', 'Émilie', 'Françoise', 'Grace', 'Hedy'],
      3,
    ),
  },
  {
    column: column.string('last_name'),
    expression: `${oneOf(['Ander', 'Bergh', 'Castell', 'Dupon', 'Erik', 'Fitz'], 4)} || ${oneOf(['son', 'an', 'ini', 't', 'sen', 'gerald'], 5)}`,
  },
  {
    column: column.string('phone'),
    expression: `CASE WHEN ${among(4, 6)} = 0 THEN NULL ELSE '+1' || (2000000000 + ${among(7_999_999_999, 7)}) END`,
  },
  {
    column: column.string('country'),
    expression: oneOf(['US', 'US', 'US', 'DE', 'FR', 'GB', 'BR', 'IN', 'JP'], 8),
  },
  {
    column: column.string('city'),
    expression: oneOf(
      ['Austin', 'Berlin', 'Chicago', 'Denver', 'Lyon', 'Osaka', 'Pune', 'Recife', 'York'],
      9,
    ),
  },
  {
    column: column.string('lifecycle_stage'),
    expression: oneOf(['prospect', 'customer', 'engaged', 'at_risk', 'churned'], 10),
  },
  { column: column.boolean('is_active'), expression: `${among(3, 11)} > 0` },
  { column: column.boolean('marketing_consent'), expression: `${among(2, 12)} = 0` },
  { column: column.long('order_count'), expression: `r + ${among(60, 13)}` },
  { column: column.long('loyalty_points'), expression: among(250_000, 14) },
  { column: column.decimal('lifetime_value', 18, 2), expression: among(4_000_000, 15) },
  { column: column.decimal('average_order_value', 18, 2), expression: among(40_000, 16) },
  {
    column: column.string('last_order_id'),
    expression: `CASE WHEN ${among(5, 17)} = 0 THEN NULL ELSE md5('order-' || n || '-' || r)::UUID::VARCHAR END`,
  },
  { column: column.double('engagement_rate'), expression: `${among(1_000_000, 18)} / 1e6` },
  { column: column.double('churn_score'), expression: `${among(1_000_000_000, 19)} / 1e9` },
  { column: column.timestamp('signed_up_at', { nullable: false }), expression: someMoment(20) },
  {
    column: column.timestamp('last_order_at'),
    expression: `CASE WHEN ${among(5, 17)} = 0 THEN NULL ELSE ${someMoment(21)} END`,
  },
  {
    column: column.timestamp('updated_at', { nullable: false }),
    expression: `${FIRST_DAY_MILLISECONDS + THREE_YEARS_MILLISECONDS} + r * 1000`,
  },
];

/** The columns of the measured tables. */
export const CUSTOMERS: TableSchema = COLUMNS.map((generated) => generated.column);

/** The column that tells one customer from another. */
export const CUSTOMER_KEY = 'customer_id';

const typedExpression = ({ column: { name, ...type }, expression }: GeneratedColumn): string => {
  const typed =
    type.type === 'decimal'
      ? `((${expression})::DECIMAL(18,0) / 100)::DECIMAL(${type.precision},${type.scale})`
      : type.type === 'timestamp'
        ? `make_timestamptz((${expression}) * 1000)`
        : expression;
  return `${typed} AS ${name}`;
};

/** Customers by a relation with columns `n` and `r`, as columns of the table's types. */
export const typedCustomers = (numbers: string): string =>
  `SELECT ${COLUMNS.map(typedExpression).join(', ')} FROM (${numbers})`;

/** The same with decimals as cents and timestamps as epoch milliseconds, for JSON. */
export const plainCustomers = (numbers: string): string =>
  `SELECT ${COLUMNS.map(({ column: { name }, expression }) => `${expression} AS ${name}`).join(', ')} FROM (${numbers})`;

/** Relation of the customers from `first` on as they were first written. */
export const consecutive = (first: number, count: number): string =>
  `SELECT range AS n, 0 AS r FROM range(${first}, ${first + count})`;

/** Relation of `count` different customers below `limit`, picked at random by a seed, at a revision. */
export const picked = (count: number, limit: number, seed: number): string =>
  `SELECT n, ${seed} AS r FROM (
     SELECT (hash(range + ${seed} * 1000003) % ${limit})::BIGINT AS n, min(range) AS place
     FROM range(${count * 3}) GROUP BY 1 ORDER BY place LIMIT ${count})`;
