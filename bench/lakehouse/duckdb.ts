import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

let connection: Promise<DuckDBConnection> | null = null;

/** This process's DuckDB, in memory, times in UTC. */
export const duckdb = (): Promise<DuckDBConnection> => {
  connection ??= (async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    const opened = await instance.connect();
    await opened.run("SET TimeZone = 'UTC'");
    return opened;
  })();
  return connection;
};

/** A text as SQL spells it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
