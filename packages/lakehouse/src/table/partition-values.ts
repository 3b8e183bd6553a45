import { PlatformError } from '@marketing-streams/platform/errors';
import { noBounds } from '../parquet/bounds.ts';
import { createByteSink } from '../parquet/byte-sink.ts';
import { microsecondsOf, timestampOf } from '../parquet/calendar.ts';
import { decimalText } from '../parquet/file-statistics.ts';
import { mismatch, valueEncoder } from '../parquet/value-encoder.ts';
import type { Column, Row } from '../schema/table-schema.ts';

export type PartitionValues = Readonly<Record<string, string | null>>;

/** Folder name of a null, as Hive and Spark spell it; only for people, the log has the value. */
const NULL_FOLDER = '__HIVE_DEFAULT_PARTITION__';

/** Longer values are cut in folder names, which file systems limit to 255 bytes. */
const LONGEST_FOLDER_VALUE = 120;

/** Throws DELTA_SCHEMA_MISMATCH for a value that the column would not take in a file. */
const requireFitting = (column: Column, value: unknown): void => {
  if (column.type === 'string') {
    if (typeof value !== 'string') throw mismatch(column.name, 'a string', value);
  } else valueEncoder(column, column.name)!(createByteSink(16), value, noBounds());
};

/** `2024-02-29` and `12:34:56.123456` of a timestamp of the years 0001 to 9999, all that readers understand. */
const momentParts = (column: Column, value: unknown): readonly [date: string, time: string] => {
  const microseconds = BigInt(microsecondsOf(value)!);
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((microseconds - fraction) / 1_000_000n);
  const text = Math.abs(seconds) <= 8.64e12 ? new Date(seconds * 1000).toISOString() : '';
  if (!/^(?!0000)\d{4}-/.test(text)) throw mismatch(column.name, 'a moment of the years 0001 to 9999', value);
  return [text.slice(0, 10), `${text.slice(11, 19)}.${String(fraction).padStart(6, '0')}`];
};

const toText = (column: Column, value: unknown): string | null => {
  if (value === null || value === undefined || value === '') {
    if (column.nullable) return null;
    const why = value === '' ? ', which an empty string is in a partition column' : '';
    throw new PlatformError('DELTA_SCHEMA_MISMATCH', `column ${column.name} must not be null${why}`, {
      details: { field: column.name, value },
    });
  }
  requireFitting(column, value);
  switch (column.type) {
    case 'timestamp':
      return `${momentParts(column, value).join('T')}Z`;
    case 'timestampNtz':
      return momentParts(column, value).join(' ');
    case 'decimal':
      return decimalText(value as number | bigint, column.scale);
    case 'float':
      return String(Math.fround(value as number));
    case 'string':
      return (value as string).toWellFormed();
    default:
      return String(value);
  }
};

const exact = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** The unscaled whole number of a decimal's text; Java has `0E-10` for a zero of scale 10. */
const unscaled = (text: string, scale: number): number | bigint | null => {
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = `${whole}${fraction}`;
  const zeros = scale - fraction.length + Number(exponent);
  if (zeros < 0 && !/^0*$/.test(digits.slice(zeros))) return null;
  const value = BigInt((zeros < 0 ? digits.slice(0, zeros) : digits + '0'.repeat(zeros)) || '0');
  return exact(sign === '-' ? -value : value);
};

const MOMENT = /^(\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/** A moment without a zone is taken for UTC. */
const momentOf = (text: string): number | bigint | null => {
  const parts = MOMENT.exec(text);
  if (parts === null) return null;
  const [, date, time, fraction = '', zone = 'Z'] = parts;
  const milliseconds = Date.parse(`${date}T${time}${zone}`);
  if (Number.isNaN(milliseconds)) return null;
  return timestampOf(BigInt(milliseconds) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0')));
};

const wholeNumberOf = (text: string): number | bigint | null =>
  /^[+-]?\d+$/.test(text) ? exact(BigInt(text.replace('+', ''))) : null;

const parseText = (column: Column, text: string): unknown => {
  switch (column.type) {
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : null;
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return wholeNumberOf(text);
    case 'float':
      return Math.fround(Number(text));
    case 'double':
      return Number(text);
    case 'decimal':
      return unscaled(text, column.scale);
    case 'timestamp':
    case 'timestampNtz':
      return momentOf(text);
    case 'binary':
      // The log has no bytes; engines take the UTF-8 of the text.
      return Uint8Array.from(Buffer.from(text, 'utf8'));
    default:
      return text;
  }
};

const fromText = (column: Column, text: string | null | undefined): unknown => {
  if (text === null || text === undefined || text === '') return null;
  const value = parseText(column, text);
  if (value === null) {
    throw new PlatformError(
      'DELTA_CORRUPT',
      `partition value ${JSON.stringify(text)} of column ${column.name} is no ${column.type}`,
      { details: { field: column.name, value: text } },
    );
  }
  return value;
};

/** Throws DELTA_UNSUPPORTED for a partition column of a type that has no text form all engines agree on. */
export const requirePartitionable = (columns: readonly Column[]): void => {
  for (const column of columns) {
    if (['binary', 'list', 'struct', 'map', 'void'].includes(column.type)) {
      throw new PlatformError(
        'DELTA_UNSUPPORTED',
        `column ${column.name} of type ${column.type} cannot partition a table`,
      );
    }
  }
};

/**
 * The values of a row's partition columns as the log has them (PROTOCOL.md «Partition Value Serialization»). Throws
 * DELTA_SCHEMA_MISMATCH naming the column for a value that does not fit it.
 */
export const partitionValuesOf = (columns: readonly Column[], row: Row): PartitionValues =>
  Object.fromEntries(columns.map((column) => [column.name, toText(column, row[column.name])]));

/** The partition columns of every row of a file, as rows hold them. Throws DELTA_CORRUPT for a text that is none. */
export const partitionRow = (columns: readonly Column[], values: PartitionValues): Row =>
  Object.fromEntries(columns.map((column) => [column.name, fromText(column, values[column.name])]));

/**
 * A name of letters, digits and `-_.%`: engines disagree on how other characters are spelled in a URI, and some take
 * the spelling for the file.
 */
const folderName = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * The folder of a partition: `date=2024-01-01/region=eu/`, empty for an unpartitioned table. It is for people; long
 * values are cut, so that partitions may share one.
 */
export const partitionFolder = (values: PartitionValues): string =>
  Object.entries(values)
    .map(([name, value]) => {
      const text = value === null ? NULL_FOLDER : folderName(value);
      return `${folderName(name)}=${text.slice(0, LONGEST_FOLDER_VALUE)}/`;
    })
    .join('');
