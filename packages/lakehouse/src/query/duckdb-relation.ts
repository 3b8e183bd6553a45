import { join } from 'node:path';
import type { DeltaTable } from '../table-types.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * A table as last seen, as a relation for DuckDB: `SELECT … FROM ${await duckdbRelation(table)}`. DuckDB reads the
 * Parquet files the log names; rows that deletion vectors hide are left out by their number in the file. Only for
 * tables without partition columns, whose values are not in the files.
 */
export const duckdbRelation = async (table: DeltaTable): Promise<string> => {
  const whole: string[] = [];
  const selects: string[] = [];
  for (const file of table.files()) {
    const path = quoted(join(table.location, file.path));
    if (file.deletedRows === 0) {
      whole.push(path);
      continue;
    }
    const deleted = [...(await table.deletedRows(file.path))].join(',');
    selects.push(
      `SELECT * EXCLUDE (file_row_number) FROM read_parquet(${path}, file_row_number = true) ` +
        `WHERE file_row_number NOT IN (${deleted})`,
    );
  }
  if (whole.length > 0)
    selects.push(`SELECT * FROM read_parquet([${whole.join(',')}], union_by_name = true)`);
  const names = table.schema.map(({ name }) => `NULL AS "${name.replaceAll('"', '""')}"`);
  return `(${selects.length === 0 ? `SELECT ${names.join(', ')} WHERE false` : selects.join(' UNION ALL BY NAME ')})`;
};
