import type { DuckDBConnection, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import type { FileCopies, LocalFiles } from './file-copies.ts';
import type { QueryColumn, QueryParameter, QueryResult, QueryValue } from './query-types.ts';
import { evaluateTimeTravel, readStatement, type TableReference } from './read-statement.ts';
import { toParameter, toQueryValue } from './result-values.ts';
import { createTableView } from './table-relation.ts';
import type { TableVersion, WantedVersion } from './table-versions.ts';

export type QueryRun = {
  readonly sql: string;
  readonly parameters: readonly QueryParameter[] | Readonly<Record<string, QueryParameter>>;
  readonly maxRows: number;
  /** Name of the query's own database. */
  readonly database: string;
  readonly copies: FileCopies;
  readonly findTable: (name: string, wanted: WantedVersion) => Promise<TableVersion>;
};

const startQuery = (
  connection: DuckDBConnection,
  sql: string,
  parameters: QueryRun['parameters'],
): Promise<DuckDBResult> => {
  const entries = Object.entries(parameters).map(([name, value]) => [name, toParameter(value)] as const);
  if (Array.isArray(parameters)) {
    return connection.stream(
      sql,
      entries.map(([, { value }]) => value),
      entries.map(([, { type }]) => type),
    );
  }
  return connection.stream(
    sql,
    Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    Object.fromEntries(entries.map(([name, { type }]) => [name, type])),
  );
};

const readRows = async (result: DuckDBResult, maxRows: number) => {
  const names = result.deduplicatedColumnNames();
  const columns: QueryColumn[] = names.map((name, index) => ({
    name,
    type: String(result.columnType(index)),
  }));
  const rows: Record<string, QueryValue>[] = [];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return { columns, rows, truncated: false };
    for (const values of chunk.getRows()) {
      if (rows.length >= maxRows) return { columns, rows, truncated: true };
      rows.push(Object.fromEntries(values.map((value, index) => [names[index]!, toQueryValue(value)])));
    }
  }
};

const attachTable = async (
  connection: DuckDBConnection,
  reference: TableReference,
  table: TableVersion,
  copies: FileCopies,
): Promise<LocalFiles> => {
  const local = await copies.open(table.storage, table.files);
  try {
    const files = table.files.map((file, index) => ({ ...file, path: local.paths[index]! }));
    await createTableView(connection, reference, { ...table, files });
    return local;
  } catch (error) {
    local.release();
    throw error;
  }
};

/**
 * Runs a query in a database of its own that holds nothing but views of the tables it names. Throws as DuckDB, as
 * `readStatement` and as `findTable`.
 */
export const runQuery = async (connection: DuckDBConnection, run: QueryRun): Promise<QueryResult> => {
  const statement = await readStatement(connection, run.sql);
  const opened: LocalFiles[] = [];
  await connection.run(`ATTACH ':memory:' AS ${run.database}`);
  try {
    await connection.run(`USE ${run.database}`);
    const found = await Promise.all(
      statement.references.map(async (reference) => {
        const wanted = reference.at === null ? null : await evaluateTimeTravel(connection, reference.at);
        return { reference, table: await run.findTable(reference.table, wanted) };
      }),
    );
    for (const { reference, table } of found) {
      opened.push(await attachTable(connection, reference, table, run.copies));
    }
    const result = await startQuery(connection, statement.sql, run.parameters);
    return {
      ...(await readRows(result, run.maxRows)),
      tables: found.map(({ table }) => ({ name: table.name, version: table.version })),
    };
  } finally {
    for (const local of opened) local.release();
  }
};

/** Takes a query's database away, whatever became of the query. */
export const dropDatabase = async (instance: DuckDBInstance, database: string): Promise<void> => {
  const connection = await instance.connect();
  try {
    await connection.run(`DETACH DATABASE IF EXISTS ${database}`);
  } finally {
    connection.closeSync();
  }
};
