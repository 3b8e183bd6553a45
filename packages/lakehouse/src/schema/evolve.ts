import { PlatformError } from '@marketing-streams/platform/errors';
import { toDeltaSchema } from './delta-schema.ts';
import type { Column, ColumnType, TableSchema } from './table-schema.ts';

type Refuse = (column: string, why: string) => never;

const typeText = (name: string, type: ColumnType): string =>
  toDeltaSchema([{ nullable: true, ...type, name }]);

const evolveType = (existing: ColumnType, wanted: ColumnType, path: string, refuse: Refuse): ColumnType => {
  if (existing.type === 'struct' && wanted.type === 'struct') {
    return { type: 'struct', fields: evolveColumns(existing.fields, wanted.fields, `${path}.`, refuse) };
  }
  if (existing.type === 'list' && wanted.type === 'list' && existing.containsNull === wanted.containsNull) {
    return { ...existing, element: evolveType(existing.element, wanted.element, `${path}.element`, refuse) };
  }
  if (
    existing.type === 'map' &&
    wanted.type === 'map' &&
    existing.valueContainsNull === wanted.valueContainsNull &&
    typeText('key', existing.key ?? { type: 'string' }) === typeText('key', wanted.key ?? { type: 'string' })
  ) {
    return { ...existing, value: evolveType(existing.value, wanted.value, `${path}.value`, refuse) };
  }
  const [has, wants] = [typeText(path, existing), typeText(path, wanted)];
  if (has !== wants) refuse(path, `is ${has} in the table and ${wants} in the rows`);
  return existing;
};

const evolveColumns = (
  existing: readonly Column[],
  wanted: readonly Column[],
  prefix: string,
  refuse: Refuse,
): readonly Column[] => {
  const wantedByName = new Map(wanted.map((column) => [column.name, column]));
  const kept = existing.map((column): Column => {
    const path = `${prefix}${column.name}`;
    const other = wantedByName.get(column.name);
    if (other === undefined) {
      if (!column.nullable) refuse(path, 'of the table must not be null, and the rows do not have it');
      return column;
    }
    if (column.nullable !== other.nullable) {
      refuse(
        path,
        column.nullable
          ? 'may be null in the table and not in the rows'
          : 'must not be null in the table and may be in the rows',
      );
    }
    return { name: column.name, nullable: column.nullable, ...evolveType(column, other, path, refuse) };
  });
  const existingNames = new Set(existing.map((column) => column.name));
  const added = wanted.filter((column) => !existingNames.has(column.name));
  for (const column of added) {
    if (!column.nullable) {
      refuse(
        `${prefix}${column.name}`,
        'is new and must be nullable: the rows written so far do not have it',
      );
    }
  }
  return [...kept, ...added];
};

/**
 * The schema of a table that has `existing` columns and shall take rows of `wanted` ones: the existing columns and
 * behind them the new ones, which must be nullable since the files written so far do not have them; the same goes
 * for the fields of structs at any depth. Columns that only the table has are written as null. Throws
 * DELTA_SCHEMA_MISMATCH naming the column that stands against it.
 */
export const evolveSchema = (table: string, existing: TableSchema, wanted: TableSchema): TableSchema =>
  evolveColumns(existing, wanted, '', (column, why) => {
    throw new PlatformError('DELTA_SCHEMA_MISMATCH', `${table}: column ${column} ${why}`, {
      details: { field: column },
    });
  });
