import { DuckDBBitValue, type DuckDBConnection } from '@duckdb/node-api';
import type { RowSet } from '../deletion-vector/row-set.ts';
import type { Column, TableSchema } from '../schema/table-schema.ts';
import { duckdbType } from './duckdb-types.ts';
import { quoteIdentifier, quoteString } from './sql-tokens.ts';

/** A data file as DuckDB has to read it. */
export type ScannedFile = {
  /** Where DuckDB opens it. */
  readonly path: string;
  /** Rows that a deletion vector hides; null without one. */
  readonly hidden: RowSet | null;
  readonly partitionValues: Readonly<Record<string, string | null>>;
};

/** A table at one version, its files at hand. */
export type ScannedTable = {
  readonly schema: TableSchema;
  readonly partitionColumns: readonly string[];
  readonly files: readonly ScannedFile[];
};

const BLOCK_BYTES = 8192;

/**
 * The rows of a set as a DuckDB BIT: row n is bit `n ^ 7`, since DuckDB counts the bits of a byte from the other
 * end than Roaring bitmaps do. The first byte tells how many bits are padding: none.
 */
export const toBits = (set: RowSet): DuckDBBitValue => {
  const last = Math.max(...set.blocks.keys());
  const bytes = new Uint8Array(1 + (last + 1) * BLOCK_BYTES);
  let used = 0;
  for (const [number, { list, bitmap }] of set.blocks) {
    const from = 1 + number * BLOCK_BYTES;
    if (bitmap !== null) bytes.set(bitmap, from);
    for (const low of list ?? []) bytes[from + (low >>> 3)]! |= 1 << (low & 7);
  }
  for (used = bytes.length; used > 1 && bytes[used - 1] === 0; ) used--;
  return new DuckDBBitValue(bytes.subarray(0, used));
};

/** Characters that DuckDB takes for patterns in the names of files. */
const literalPath = (path: string): string => path.replaceAll(/[[*?]/g, '[$&]');

/**
 * `read_parquet` over the files with the table's own columns: files that lack one give null, others are cast, and
 * DuckDB opens no file before it scans it. Columns are numbered (`c0`), so that none can be taken for one of
 * DuckDB's virtual columns.
 */
const readParquet = (files: readonly ScannedFile[], columns: ReadonlyMap<Column, string>): string => {
  const entries = [...columns].map(
    ([column, alias]) =>
      `${quoteString(column.name)}: {name: '${alias}', type: ${quoteString(duckdbType(column))}, default_value: NULL}`,
  );
  const paths = files.map(({ path }) => quoteString(literalPath(path)));
  return `read_parquet([${paths.join(', ')}], schema = MAP {${entries.join(', ')}})`;
};

/** What DuckDB has to know of each file: its number in the list, its hidden rows and its partition. */
const createFileTable = async (
  connection: DuckDBConnection,
  name: string,
  table: ScannedTable,
): Promise<void> => {
  const partitions = table.partitionColumns.map((_, index) => `p${index} VARCHAR`);
  await connection.run(
    `CREATE TABLE main.${quoteIdentifier(name)} (${['number UBIGINT', 'hidden BIT', ...partitions].join(', ')})`,
  );
  const appender = await connection.createAppender(name, 'main');
  try {
    for (const [number, file] of table.files.entries()) {
      appender.appendUBigInt(BigInt(number));
      if (file.hidden === null || file.hidden.size === 0) appender.appendNull();
      else appender.appendBit(toBits(file.hidden));
      for (const column of table.partitionColumns) {
        const value = file.partitionValues[column];
        if (value === undefined || value === null || value === '') appender.appendNull();
        else appender.appendVarchar(value);
      }
      appender.endRow();
    }
  } finally {
    appender.closeSync();
  }
};

/** Leaves out hidden rows; a row past the end of the bits is not hidden. */
const VISIBLE = `CASE WHEN f.hidden IS NULL OR (s.file_row_number // 8 + 1) * 8 > bit_length(f.hidden) THEN true
  ELSE get_bit(f.hidden, xor(s.file_row_number, 7)::INTEGER) = 0 END`;

const selectFrom = (table: ScannedTable, fileTable: string): string => {
  const isPartition = new Set(table.partitionColumns);
  const inFiles = table.schema.filter((column) => !isPartition.has(column.name) && column.type !== 'void');
  const aliases = new Map(inFiles.map((column, index) => [column, `c${index}`]));
  const select = table.schema.map((column) => {
    const alias = aliases.get(column);
    const partition = table.partitionColumns.indexOf(column.name);
    const value = alias !== undefined ? `s.${alias}` : partition >= 0 ? `f.p${partition}` : 'NULL';
    return `${alias !== undefined ? value : `CAST(${value} AS ${duckdbType(column)})`} AS ${quoteIdentifier(column.name)}`;
  });
  if (table.files.length === 0) {
    const empty = table.schema.map(
      (column) => `CAST(NULL AS ${duckdbType(column)}) AS ${quoteIdentifier(column.name)}`,
    );
    return `SELECT ${empty.join(', ')} WHERE false`;
  }
  const scan = `SELECT ${select.join(', ')} FROM ${readParquet(table.files, aliases)} s`;
  if (table.partitionColumns.length === 0 && !table.files.some(({ hidden }) => hidden !== null)) return scan;
  return `${scan} JOIN main.${quoteIdentifier(fileTable)} f ON f.number = s.file_index WHERE ${VISIBLE}`;
};

/**
 * Makes a table a view of the connection's database. DuckDB reads the Parquet files that the log names; a small table
 * beside the view, joined by the file's number, says which rows deletion vectors hide, a bit per row, and holds the
 * values of partition columns. DuckDB turns filters on these into a filter on file numbers.
 */
export const createTableView = async (
  connection: DuckDBConnection,
  view: { readonly schema: string; readonly name: string },
  table: ScannedTable,
): Promise<void> => {
  const schema = view.schema === '' ? 'main' : view.schema;
  const fileTable = `files of ${schema}.${view.name}`;
  await createFileTable(connection, fileTable, table);
  await connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)}`);
  await connection.run(
    `CREATE VIEW ${quoteIdentifier(schema)}.${quoteIdentifier(view.name)} AS ${selectFrom(table, fileTable)}`,
  );
};
