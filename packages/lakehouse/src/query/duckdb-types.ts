import type { Column, ColumnType } from '../schema/table-schema.ts';
import { quoteIdentifier } from './sql-tokens.ts';

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  byte: 'TINYINT',
  short: 'SMALLINT',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  timestampNtz: 'TIMESTAMP',
  binary: 'BLOB',
  // Nothing is ever in such a column; DuckDB has no columns of its type NULL.
  void: 'INTEGER',
};

const fieldType = (field: Column): string => `${quoteIdentifier(field.name)} ${duckdbType(field)}`;

/** A column's type as DuckDB spells it. */
export const duckdbType = (type: ColumnType): string => {
  switch (type.type) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'list':
      return `${duckdbType(type.element)}[]`;
    case 'struct':
      return `STRUCT(${type.fields.map(fieldType).join(', ')})`;
    case 'map':
      return `MAP(${duckdbType(type.key ?? { type: 'string' })}, ${duckdbType(type.value)})`;
    default:
      return PRIMITIVES[type.type]!;
  }
};
