import { PlatformError } from '@marketing-streams/platform/errors';
import type { ColumnType } from '../schema/table-schema.ts';
import { type Bounds, observeBigint, observeNumber } from './bounds.ts';
import { type ByteSink, putByte, putBytes, putInt32, putInt64, reserve } from './byte-sink.ts';
import { daysOf, microsecondsOf } from './calendar.ts';

/** Checks a value that is not null, appends it in Parquet's PLAIN encoding and takes it into the bounds. */
export type PutValue = (sink: ByteSink, value: unknown, bounds: Bounds) => void;

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

const wholeNumber = (bits: number, path: string): PutValue => {
  const limit = 2 ** (bits - 1);
  return (sink, value, bounds) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value >= limit || value < -limit) {
      throw mismatch(path, `a whole number of ${bits} bits`, value);
    }
    putInt32(sink, value);
    observeNumber(bounds, value);
  };
};

const putBigint64 = (sink: ByteSink, value: bigint, bounds: Bounds): void => {
  const offset = reserve(sink, 8);
  sink.view.setBigInt64(offset, value, true);
  observeBigint(bounds, value);
};

const long =
  (path: string): PutValue =>
  (sink, value, bounds) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      putInt64(sink, value);
      observeNumber(bounds, value);
    } else if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
      putBigint64(sink, value, bounds);
    } else throw mismatch(path, 'a whole number of 64 bits (a safe integer or a bigint)', value);
  };

const floatingPoint = (bits: 32 | 64, path: string): PutValue => {
  const bytes = bits / 8;
  return (sink, value, bounds) => {
    if (typeof value !== 'number') throw mismatch(path, 'a number', value);
    const offset = reserve(sink, bytes);
    if (bits === 32) sink.view.setFloat32(offset, value, true);
    else sink.view.setFloat64(offset, value, true);
    const written = bits === 32 ? Math.fround(value) : value;
    if (Number.isFinite(written)) observeNumber(bounds, written);
    else bounds.unbounded = true;
  };
};

const putInt128 = (sink: ByteSink, value: bigint): void => {
  const offset = reserve(sink, 16);
  sink.view.setBigInt64(offset, value >> 64n, false);
  sink.view.setBigUint64(offset + 8, BigInt.asUintN(64, value), false);
};

const decimal = (precision: number, scale: number, path: string): PutValue => {
  const limit = 10n ** BigInt(precision);
  const numberLimit = precision > 15 ? 2 ** 53 : 10 ** precision;
  return (sink, value, bounds) => {
    if (typeof value === 'number' && Number.isInteger(value) && value < numberLimit && value > -numberLimit) {
      if (precision <= 9) putInt32(sink, value);
      else if (precision <= 18) putInt64(sink, value);
      else putInt128(sink, BigInt(value));
      observeNumber(bounds, value);
    } else if (typeof value === 'bigint' && value < limit && value > -limit) {
      if (precision <= 9) putInt32(sink, Number(value));
      else if (precision <= 18) sink.view.setBigInt64(reserve(sink, 8), value, true);
      else putInt128(sink, value);
      observeBigint(bounds, value);
    } else throw mismatch(path, `the unscaled whole number of a decimal(${precision},${scale})`, value);
  };
};

const date = (path: string): PutValue => {
  let lastText = '';
  let lastDays = 0;
  return (sink, value, bounds) => {
    // Rows that are written together tend to be of one day.
    if (value !== lastText) {
      const days = typeof value === 'string' ? daysOf(value) : null;
      if (days === null) throw mismatch(path, 'a date as YYYY-MM-DD', value);
      lastText = value as string;
      lastDays = days;
    }
    putInt32(sink, lastDays);
    observeNumber(bounds, lastDays);
  };
};

const timestamp =
  (path: string): PutValue =>
  (sink, value, bounds) => {
    const microseconds = microsecondsOf(value);
    if (microseconds === null) throw mismatch(path, 'epoch milliseconds', value);
    if (typeof microseconds === 'number') {
      putInt64(sink, microseconds);
      observeNumber(bounds, microseconds);
    } else putBigint64(sink, microseconds, bounds);
  };

/** Eight values a byte, the first in its lowest bit; a page begins with an empty sink. */
const boolean = (path: string): PutValue => {
  let bit = 0;
  return (sink, value) => {
    if (typeof value !== 'boolean') throw mismatch(path, 'true or false', value);
    if (sink.length === 0) bit = 0;
    if (bit === 0) putByte(sink, 0);
    const last = sink.length - 1;
    if (value) sink.bytes[last] = sink.bytes[last]! | (1 << bit);
    bit = (bit + 1) & 7;
  };
};

const binary =
  (path: string): PutValue =>
  (sink, value) => {
    if (!(value instanceof Uint8Array)) throw mismatch(path, 'bytes', value);
    putInt32(sink, value.length);
    putBytes(sink, value);
  };

/**
 * The encoder of a type's values; null for lists, structs, maps and strings, which are written otherwise, and for
 * void. It throws DELTA_SCHEMA_MISMATCH naming the column.
 */
export const valueEncoder = (type: ColumnType, path: string): PutValue | null => {
  switch (type.type) {
    case 'boolean':
      return boolean(path);
    case 'byte':
      return wholeNumber(8, path);
    case 'short':
      return wholeNumber(16, path);
    case 'int':
      return wholeNumber(32, path);
    case 'long':
      return long(path);
    case 'float':
      return floatingPoint(32, path);
    case 'double':
      return floatingPoint(64, path);
    case 'decimal':
      return decimal(type.precision, type.scale, path);
    case 'date':
      return date(path);
    case 'timestamp':
    case 'timestampNtz':
      return timestamp(path);
    case 'binary':
      return binary(path);
    default:
      return null;
  }
};
