import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBUnionValue,
  type DuckDBValue,
  HUGEINT,
  SQLNULL,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api';
import type { QueryParameter, QueryValue } from './query-types.ts';

const number = (value: number): QueryValue => (Number.isFinite(value) ? value : String(value));

const integer = (value: bigint): QueryValue => {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : String(value);
};

/** The farthest moment a JavaScript date can tell, in microseconds. */
const FARTHEST_DATE = 8_640_000_000_000_000_000n;

const isoTime = (micros: bigint, otherwise: string): string => {
  if (micros > FARTHEST_DATE || micros < -FARTHEST_DATE) return otherwise;
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  const text = new Date(Number((micros - rest) / 1000n)).toISOString().slice(0, -1);
  return rest === 0n ? text : `${text}${String(rest).padStart(3, '0')}`;
};

const mapOf = ({ entries }: DuckDBMapValue): QueryValue =>
  entries.every(({ key }) => typeof key === 'string')
    ? Object.fromEntries(entries.map(({ key, value }) => [key as string, toQueryValue(value)]))
    : entries.map(({ key, value }) => [toQueryValue(key), toQueryValue(value)]);

/** What DuckDB computed as plain data for JSON; see `QueryValue`. */
export const toQueryValue = (value: DuckDBValue): QueryValue => {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return number(value);
  if (typeof value === 'bigint') return integer(value);
  if (value instanceof DuckDBTimestampTZValue) {
    const text = isoTime(value.micros, '');
    return text === '' ? value.toString() : `${text}Z`;
  }
  if (value instanceof DuckDBTimestampValue) return isoTime(value.micros, value.toString());
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map(toQueryValue);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, entry]) => [name, toQueryValue(entry)]),
    );
  if (value instanceof DuckDBMapValue) return mapOf(value);
  if (value instanceof DuckDBUnionValue) return toQueryValue(value.value);
  if (value instanceof DuckDBDecimalValue || value instanceof DuckDBDateValue) return value.toString();
  return String(value);
};

const INT64_END = 2n ** 63n;

const integerType = (value: bigint): DuckDBType =>
  value >= -INT64_END && value < INT64_END ? BIGINT : HUGEINT;

/** A parameter as DuckDB takes it; whole numbers are integers, so that they are good for LIMIT and comparisons. */
export const toParameter = (
  value: QueryParameter,
): { readonly value: DuckDBValue; readonly type: DuckDBType } => {
  if (value === null) return { value, type: SQLNULL };
  if (typeof value === 'boolean') return { value, type: BOOLEAN };
  if (typeof value === 'string') return { value, type: VARCHAR };
  if (typeof value === 'bigint') return { value, type: integerType(value) };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { value: BigInt(value), type: BIGINT } : { value, type: DOUBLE };
  }
  if (value instanceof Date) {
    return { value: new DuckDBTimestampTZValue(BigInt(value.getTime()) * 1000n), type: TIMESTAMPTZ };
  }
  return { value: new DuckDBBlobValue(value), type: BLOB };
};
