import { PlatformError } from '@marketing-streams/platform/errors';
import { toDeltaSchema } from './delta-schema.ts';
import type { TableSchema } from './table-schema.ts';

/**
 * The schema of a table that has `existing` columns and shall take rows of `wanted` ones: the existing columns and
 * behind them the new ones, which must be nullable since the files written so far do not have them. Columns that
 * only the table has are written as null. Throws DELTA_SCHEMA_MISMATCH naming the column that stands against it.
 */
export const evolveSchema = (table: string, existing: TableSchema, wanted: TableSchema): TableSchema => {
  const refuse = (column: string, why: string): never => {
    throw new PlatformError('DELTA_SCHEMA_MISMATCH', `${table}: column ${column} ${why}`, {
      details: { field: column },
    });
  };
  const wantedByName = new Map(wanted.map((column) => [column.name, column]));
  for (const column of existing) {
    const other = wantedByName.get(column.name);
    if (other === undefined) {
      if (!column.nullable) refuse(column.name, 'of the table must not be null, and the rows do not have it');
    } else if (toDeltaSchema([column]) !== toDeltaSchema([other])) {
      refuse(
        column.name,
        `is ${toDeltaSchema([column])} in the table and ${toDeltaSchema([other])} in the rows`,
      );
    }
  }
  const existingNames = new Set(existing.map((column) => column.name));
  const added = wanted.filter((column) => !existingNames.has(column.name));
  for (const column of added) {
    if (!column.nullable)
      refuse(column.name, 'is new and must be nullable: the rows written so far do not have it');
  }
  return [...existing, ...added];
};
