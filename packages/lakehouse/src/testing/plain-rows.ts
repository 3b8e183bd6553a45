import { microsecondsOf } from '../parquet/calendar.ts';
import { decimalText } from '../parquet/file-statistics.ts';
import type { Column, ColumnType, Row, TableSchema } from '../schema/table-schema.ts';

const safeOrText = (value: number | bigint): number | string =>
  typeof value === 'bigint' ? String(value) : value;

const momentText = (value: unknown): string => {
  const microseconds = BigInt(microsecondsOf(value)!);
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((microseconds - fraction) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(fraction).padStart(6, '0')}`;
};

const plain = (type: ColumnType, value: unknown): unknown => {
  if (value === null || value === undefined) return null;
  switch (type.type) {
    case 'long':
      return safeOrText(value as number | bigint);
    case 'float':
    case 'double':
      return Number.isFinite(value) ? value : String(value);
    case 'decimal':
      return decimalText(value as number | bigint, type.scale);
    case 'timestamp':
      return `${momentText(value)}Z`;
    case 'timestampNtz':
      return momentText(value);
    case 'binary':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'list':
      return (value as unknown[]).map((item) => plain(type.element, item));
    case 'struct':
      return plainRow(type.fields, value as Row);
    case 'map': {
      const entries = value instanceof Map ? [...value] : Object.entries(value as object);
      return entries.map(([key, item]) => [
        plain(type.key ?? { type: 'string' }, key),
        plain(type.value, item),
      ]);
    }
    default:
      return value;
  }
};

const plainRow = (schema: readonly Column[], row: Row): Readonly<Record<string, unknown>> =>
  Object.fromEntries(schema.map((column) => [column.name, plain(column, row[column.name])]));

/**
 * Rows in JSON's terms, as the Python readers of the tests have them: decimals as text (`"120.50"`), timestamps as
 * ISO text with microseconds (`Z` behind those in UTC), bytes as base64, whole numbers past 2^53, NaN and infinities
 * as text, maps as lists of [key, value].
 */
export const plainRows = (
  schema: TableSchema,
  rows: readonly Row[],
): readonly Readonly<Record<string, unknown>>[] => rows.map((row) => plainRow(schema, row));

/** Rows in an order that does not depend on the one they were read in. */
export const inOrder = <T>(rows: readonly T[]): readonly T[] =>
  rows
    .map((row) => ({ row, text: JSON.stringify(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);
