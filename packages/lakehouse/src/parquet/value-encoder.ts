import { PlatformError } from '@marketing-streams/platform/errors';
import type { ColumnType } from '../schema/table-schema.ts';

/** Checks a value that is not null and gives what hyparquet-writer takes; the path names the column in errors. */
export type Encode = (value: unknown, path: string) => unknown;

const describe = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return String(value);
};

/** A value of another type than its column's. */
export const mismatch = (path: string, wanted: string, value: unknown): PlatformError =>
  new PlatformError('DELTA_SCHEMA_MISMATCH', `column ${path} takes ${wanted}, got ${describe(value)}`, {
    details: { field: path, value },
  });

const INT32_MAX = 2 ** 31 - 1;
const INT64_MAX = 2n ** 63n - 1n;

const toLong = (value: unknown, path: string): bigint => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'bigint' && value <= INT64_MAX && value >= -INT64_MAX - 1n) return value;
  throw mismatch(path, 'a whole number of 64 bits (a safe integer or a bigint)', value);
};

const toDecimal = (precision: number, scale: number): Encode => {
  const limit = 10n ** BigInt(precision);
  const numberLimit = Math.min(10 ** precision, Number.MAX_SAFE_INTEGER);
  return (value, path) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= numberLimit) {
      if (precision > 15 || Math.abs(value) < numberLimit) return BigInt(value);
    } else if (typeof value === 'bigint' && value < limit && value > -limit) return value;
    throw mismatch(path, `the unscaled whole number of a decimal(${precision},${scale})`, value);
  };
};

/** The furthest moment from 1970 that a JavaScript Date holds; in microseconds it still fits 64 bits. */
const MAX_TIMESTAMP_MILLISECONDS = 8.64e15;

const MILLISECONDS_PER_DAY = 86_400_000;

/** Days since the epoch of a `YYYY-MM-DD` text. */
const toDays = (value: unknown, path: string): number => {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const milliseconds = Date.parse(`${value}T00:00:00Z`);
    // Date.parse takes 2024-02-30 for the first of March.
    if (!Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(value)) {
      return milliseconds / MILLISECONDS_PER_DAY;
    }
  }
  throw mismatch(path, 'a date as YYYY-MM-DD', value);
};

/**
 * Microseconds since the epoch of epoch milliseconds. Beyond the safe integers (286 years from 1970) a double
 * cannot tell microseconds apart, but whole milliseconds it can.
 */
const toMicroseconds = (value: unknown, path: string): bigint => {
  if (typeof value === 'number') {
    const microseconds = Math.round(value * 1000);
    if (Number.isSafeInteger(microseconds)) return BigInt(microseconds);
    if (Math.abs(value) <= MAX_TIMESTAMP_MILLISECONDS) {
      return BigInt(Math.trunc(value)) * 1000n + BigInt(Math.round((value % 1) * 1000));
    }
  }
  throw mismatch(path, 'epoch milliseconds', value);
};

/** The encoder of a type without parts; null for lists, structs and maps. It throws DELTA_SCHEMA_MISMATCH. */
export const primitiveEncoder = (type: ColumnType): Encode | null => {
  switch (type.type) {
    case 'string':
      return (value, path) => {
        if (typeof value !== 'string') throw mismatch(path, 'a string', value);
        return value;
      };
    case 'boolean':
      return (value, path) => {
        if (typeof value !== 'boolean') throw mismatch(path, 'true or false', value);
        return value;
      };
    case 'int':
      return (value, path) => {
        if (!Number.isInteger(value) || (value as number) > INT32_MAX || (value as number) < -INT32_MAX - 1) {
          throw mismatch(path, 'a whole number of 32 bits', value);
        }
        return value;
      };
    case 'long':
      return toLong;
    case 'double':
      return (value, path) => {
        if (typeof value !== 'number') throw mismatch(path, 'a number', value);
        return value;
      };
    case 'decimal':
      return toDecimal(type.precision, type.scale);
    case 'date':
      return toDays;
    case 'timestamp':
      return toMicroseconds;
    case 'binary':
      return (value, path) => {
        if (!(value instanceof Uint8Array)) throw mismatch(path, 'bytes', value);
        return value;
      };
    default:
      return null;
  }
};
