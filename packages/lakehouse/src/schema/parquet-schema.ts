import type { SchemaElement } from 'hyparquet';
import type { Column, ColumnType, TableSchema } from './table-schema.ts';

type Repetition = 'REQUIRED' | 'OPTIONAL';

const decimalElement = (precision: number): Pick<SchemaElement, 'type' | 'type_length'> => {
  if (precision <= 9) return { type: 'INT32' };
  if (precision <= 18) return { type: 'INT64' };
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16 };
};

/** Data files do not have void columns, which hold nothing but null. */
const inFiles = (columns: readonly Column[]): readonly Column[] =>
  columns.filter((column) => column.type !== 'void');

const elementsOf = (name: string, type: ColumnType, repetition: Repetition): SchemaElement[] => {
  const base = { name, repetition_type: repetition };
  switch (type.type) {
    case 'string':
      return [{ ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }];
    case 'boolean':
      return [{ ...base, type: 'BOOLEAN' }];
    case 'byte':
      // Without the logical type, whose width hyparquet-writer spells in a way that parquet-rs does not read.
      return [{ ...base, type: 'INT32', converted_type: 'INT_8' }];
    case 'short':
      return [{ ...base, type: 'INT32', converted_type: 'INT_16' }];
    case 'int':
      return [{ ...base, type: 'INT32' }];
    case 'long':
      return [{ ...base, type: 'INT64' }];
    case 'float':
      return [{ ...base, type: 'FLOAT' }];
    case 'double':
      return [{ ...base, type: 'DOUBLE' }];
    case 'binary':
      return [{ ...base, type: 'BYTE_ARRAY' }];
    case 'date':
      return [{ ...base, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }];
    case 'timestamp':
      return [
        {
          ...base,
          type: 'INT64',
          converted_type: 'TIMESTAMP_MICROS',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
        },
      ];
    case 'timestampNtz':
      return [
        {
          ...base,
          type: 'INT64',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
        },
      ];
    case 'void':
      return [];
    case 'decimal':
      return [
        {
          ...base,
          ...decimalElement(type.precision),
          converted_type: 'DECIMAL',
          precision: type.precision,
          scale: type.scale,
          logical_type: { type: 'DECIMAL', precision: type.precision, scale: type.scale },
        },
      ];
    case 'list':
      return [
        { ...base, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf('element', type.element, type.containsNull ? 'OPTIONAL' : 'REQUIRED'),
      ];
    case 'map':
      return [
        { ...base, converted_type: 'MAP', logical_type: { type: 'MAP' }, num_children: 1 },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...elementsOf('key', type.key ?? { type: 'string' }, 'REQUIRED'),
        ...elementsOf('value', type.value, type.valueContainsNull ? 'OPTIONAL' : 'REQUIRED'),
      ];
    case 'struct':
      return [{ ...base, num_children: inFiles(type.fields).length }, ...type.fields.flatMap(columnElements)];
  }
};

/** The elements of one column, itself first. */
export const columnElements = (column: Column): SchemaElement[] =>
  elementsOf(column.name, column, column.nullable ? 'OPTIONAL' : 'REQUIRED');

/**
 * The Parquet schema of a table's files, by PROTOCOL.md «Delta Data Type to Parquet Type Mappings»: three-level
 * lists (`list.element`), INT64 microseconds adjusted to UTC, decimals in the smallest fitting integer.
 */
export const toParquetSchema = (schema: TableSchema): SchemaElement[] => [
  { name: 'spark_schema', num_children: inFiles(schema).length },
  ...schema.flatMap(columnElements),
];
