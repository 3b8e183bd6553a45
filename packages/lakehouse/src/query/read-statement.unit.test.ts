import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateTimeTravel, readStatement } from './read-statement.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const tablesOf = async (sql: string): Promise<string[]> =>
  (await readStatement(connection, sql)).references
    .map(({ table, at }) => (at === null ? table : `${table} ${at.unit} ${at.expression}`))
    .sort();

describe('readStatement', () => {
  it.each([
    ['SELECT * FROM silver.orders', ['silver.orders']],
    ['FROM "silver"."Orders" o, gold.c JOIN silver.orders USING (id)', ['gold.c', 'silver.orders']],
    ['SELECT (SELECT max(x) FROM a.b) FROM (VALUES (1)) WHERE EXISTS (FROM c.d)', ['a.b', 'c.d']],
    [
      'WITH orders AS (FROM silver.orders) SELECT * FROM Orders UNION ALL FROM gold.x',
      ['gold.x', 'silver.orders'],
    ],
    ['WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) FROM r', []],
    ['FROM orders', ['orders']],
    ['SELECT \'silver.orders\', "silver.orders" FROM range(3) AS "silver.orders" -- silver.orders', []],
    ['DESCRIBE silver.orders', ['silver.orders']],
    ['SUMMARIZE silver.orders', ['silver.orders']],
    ['FROM (PIVOT silver.orders ON status IN (1, 2) USING sum(amount))', ['silver.orders']],
    ['FROM q1.silver.orders', ['q1.silver.orders']],
  ])('finds the tables of %s', async (sql, tables) => {
    expect(await tablesOf(sql)).toEqual(tables);
    expect((await readStatement(connection, sql)).sql).toBe(sql);
  });

  it.each([
    [
      'FROM silver.orders VERSION AS OF 12',
      'VERSION 12',
      'FROM silver."orders VERSION AS OF 12" AS "orders"',
    ],
    ['FROM silver.orders FOR version as of 12 o', 'VERSION 12', 'FROM silver."orders VERSION AS OF 12" o'],
    [
      "SELECT 'ü' FROM silver.\"orders\" /* x */ TIMESTAMP AS OF '2026-01-01' AS o WHERE 1 = 1",
      "TIMESTAMP '2026-01-01'",
      "SELECT 'ü' FROM silver.\"orders TIMESTAMP AS OF '2026-01-01'\" AS o WHERE 1 = 1",
    ],
    [
      "FROM silver.orders TIMESTAMP AS OF TIMESTAMP '2026-01-01' WHERE true",
      "TIMESTAMP '2026-01-01'",
      'FROM silver."orders TIMESTAMP AS OF \'2026-01-01\'" AS "orders" WHERE true',
    ],
    [
      "SELECT 'üü' FROM silver.orders AT (VERSION => 6 * (1 + 1)) WHERE true",
      'VERSION 6 * (1 + 1)',
      'SELECT \'üü\' FROM silver."orders VERSION AS OF 6 * (1 + 1)" AS "orders"  WHERE true',
    ],
    [
      'FROM silver.orders AS o(a, b) AT (VERSION => 12)',
      'VERSION 12',
      'FROM silver."orders VERSION AS OF 12" AS o(a, b) ',
    ],
    ['DESCRIBE silver.orders VERSION AS OF 12', 'VERSION 12', 'DESCRIBE silver."orders VERSION AS OF 12"'],
  ])('reads the version of %s', async (sql, at, rewritten) => {
    expect(await tablesOf(sql)).toEqual([`silver.orders ${at}`]);
    expect((await readStatement(connection, sql)).sql).toBe(rewritten);
  });

  it('keeps two versions of a table apart, and leaves alone what only looks like a version', async () => {
    const sql = `SELECT 'a VERSION AS OF 1', o.id /* b VERSION AS OF 2 */ FROM silver.orders o
      JOIN silver.orders VERSION AS OF 3 p USING (id) JOIN silver.orders VERSION AS OF 4 q USING (id)`;
    expect(await tablesOf(sql)).toEqual([
      'silver.orders',
      'silver.orders VERSION 3',
      'silver.orders VERSION 4',
    ]);
    expect((await readStatement(connection, sql)).sql).toContain(
      "'a VERSION AS OF 1', o.id /* b VERSION AS OF 2 */",
    );
  });

  it.each([
    ['SELEC 1', /Parser Error: syntax error at or near "SELEC"\n\nLINE 1/],
    ['', /one SELECT at a time can be run, not 0/],
    ['SELECT 1; SELECT 2', /one SELECT at a time can be run, not 2/],
    ['SELECT 1\0', /NUL/],
    ['INSERT INTO silver.orders VALUES (1)', /only SELECT can be run/],
    ["COPY (SELECT 1) TO '/tmp/x.csv'", /only SELECT can be run/],
    ["ATTACH '/tmp/x.db'", /only SELECT can be run/],
    ['PRAGMA threads = 4', /only SELECT can be run/],
    ["SET memory_limit = '1TB'", /only SELECT can be run/],
    ['INSTALL httpfs', /only SELECT can be run/],
    ['CALL duckdb_settings()', /only SELECT can be run/],
    ['CREATE TABLE x AS SELECT 1', /only SELECT can be run/],
    ['SHOW TABLES', /DESCRIBE/],
    // The alias would be taken for the table, and the newest version be read without a word.
    ['FROM silver.orders o VERSION AS OF 1', /VERSION AS OF 1 has to stand right behind the name of a table/],
    ['SELECT n VERSION AS OF 1 FROM silver.orders', /not behind n$/],
    ["FROM read_text('/etc/passwd')", /the function read_text cannot be used/],
    ["SELECT (SELECT content FROM Read_Text('/etc/passwd'))", /the function read_text cannot be used/],
    ["FROM silver.orders, LATERAL (FROM glob('*'))", /the function glob cannot be used/],
    ['FROM duckdb_settings()', /the function duckdb_settings cannot be used/],
    ["FROM query('SELECT 1')", /the function query cannot be used/],
    ['SELECT sleep_ms(100000)', /the function sleep_ms cannot be used/],
    ["SELECT current_setting('temp_directory')", /the function current_setting cannot be used/],
    ['SELECT main.sleep_ms(100000)', /the function sleep_ms cannot be used/],
    ['WITH "a.parquet" AS (SELECT 1) SELECT (FROM "a.parquet")', /WITH cannot define the name "a.parquet"/],
  ])('refuses %s', async (sql, message) => {
    await expect(readStatement(connection, sql)).rejects.toThrow(
      expect.objectContaining({
        code: 'VALUE_INVALID',
        message: expect.stringMatching(message),
        details: { field: 'sql' },
      }),
    );
  });
});

describe('evaluateTimeTravel', () => {
  it('computes versions and moments, times without a zone being UTC', async () => {
    expect(await evaluateTimeTravel(connection, { unit: 'VERSION', expression: '6 * 2' })).toEqual({
      version: 12,
    });
    for (const expression of ["'2026-01-01'", "'2026-01-01T00:00:00Z'", "TIMESTAMP '2026-01-01 00:00:00'"])
      expect(await evaluateTimeTravel(connection, { unit: 'TIMESTAMP', expression })).toEqual({
        timestamp: Date.UTC(2026, 0, 1),
      });
  });

  it.each([
    ["'twelve'", /Could not convert string 'twelve'/],
    ['NULL', /is null/],
    ['(SELECT max(x) FROM silver.orders)', /must not read tables/],
    ["(SELECT size FROM read_text('/etc/passwd'))", /the function read_text cannot be used/],
    ["(FROM '/tmp/x.parquet')", /must not read tables/],
  ])('refuses version %s', async (expression, message) => {
    await expect(evaluateTimeTravel(connection, { unit: 'VERSION', expression })).rejects.toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID', message: expect.stringMatching(message) }),
    );
  });
});
