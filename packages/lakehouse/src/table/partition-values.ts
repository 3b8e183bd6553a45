import { PlatformError } from '@marketing-streams/platform/errors';
import { decimalText } from '../parquet/file-statistics.ts';
import type { Column, Row } from '../schema/table-schema.ts';

export type PartitionValues = Readonly<Record<string, string | null>>;

/** Folder name of a null, as Hive and Spark spell it; only for people, the log has the value. */
const NULL_FOLDER = '__HIVE_DEFAULT_PARTITION__';

const toText = (column: Column, value: unknown): string | null => {
  if (value === null || value === undefined || value === '') return null;
  switch (column.type) {
    case 'timestamp':
      return new Date(value as number).toISOString();
    case 'decimal':
      return decimalText(value as number | bigint, column.scale);
    default:
      return String(value);
  }
};

const integer = (text: string): number | bigint => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};

const fromText = (column: Column, text: string | null | undefined): unknown => {
  if (text === null || text === undefined || text === '') return null;
  switch (column.type) {
    case 'string':
    case 'date':
      return text;
    case 'boolean':
      return text === 'true';
    case 'int':
    case 'double':
      return Number(text);
    case 'long':
      return integer(text);
    case 'decimal': {
      const [whole = '0', fraction = ''] = text.split('.');
      return integer(`${whole}${fraction.padEnd(column.scale, '0')}`);
    }
    case 'timestamp':
      return Date.parse(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`);
    default:
      return null;
  }
};

/** Throws DELTA_UNSUPPORTED for a partition column of a type that has no text form. */
export const requirePartitionable = (columns: readonly Column[]): void => {
  for (const column of columns) {
    if (['binary', 'list', 'struct', 'map'].includes(column.type)) {
      throw new PlatformError(
        'DELTA_UNSUPPORTED',
        `column ${column.name} of type ${column.type} cannot partition a table`,
      );
    }
  }
};

/** The values of a row's partition columns as the log has them (PROTOCOL.md «Partition Value Serialization»). */
export const partitionValuesOf = (columns: readonly Column[], row: Row): PartitionValues =>
  Object.fromEntries(columns.map((column) => [column.name, toText(column, row[column.name])]));

/** The partition columns of every row of a file, as rows hold them. */
export const partitionRow = (columns: readonly Column[], values: PartitionValues): Row =>
  Object.fromEntries(columns.map((column) => [column.name, fromText(column, values[column.name])]));

/** The folder of a partition: `date=2024-01-01/region=eu/`, empty for an unpartitioned table. */
export const partitionFolder = (values: PartitionValues): string =>
  Object.entries(values)
    .map(
      ([name, value]) =>
        `${encodeURIComponent(name)}=${value === null ? NULL_FOLDER : encodeURIComponent(value)}/`,
    )
    .join('');
