import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from './duckdb-engine.ts';

let folder: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'));
  await mkdir(join(folder, 'lake'));
  await writeFile(join(folder, 'lake/inside.csv'), 'a\n1\n');
  await writeFile(join(folder, 'secret.csv'), 'a\n1\n');
  instance = await openEngine({
    memoryLimit: '64MB',
    threads: 1,
    temporaryFolder: join(folder, 'spill'),
    temporaryBytes: 1024 ** 2,
    folders: [join(folder, 'lake')],
  });
  connection = await instance.connect();
});

afterAll(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true });
});

/** The engine's own locks: what is behind them must hold even for SQL that slipped through `readStatement`. */
describe('openEngine', () => {
  it('opens files of its folders only, and reckons in UTC', async () => {
    const reader = await connection.runAndReadAll(
      `SELECT a, current_setting('TimeZone') FROM read_csv('${folder}/lake/inside.csv')`,
    );
    expect(reader.getRows()).toEqual([[1n, 'UTC']]);
  });

  it.each([
    ["FROM read_text('/etc/passwd')", /disabled by configuration/],
    ["FROM read_csv('FOLDER/secret.csv')", /disabled by configuration/],
    ["FROM read_csv('FOLDER/lake/../secret.csv')", /disabled by configuration/],
    ["FROM 'FOLDER/secret.csv'", /disabled by configuration/],
    ["FROM glob('/etc/*')", /disabled by configuration/],
    ["FROM read_csv('https://example.org/x.csv')", /disabled|httpfs/],
    ["COPY (SELECT 1) TO 'FOLDER/out.csv'", /disabled by configuration/],
    ["EXPORT DATABASE 'FOLDER/out'", /disabled by configuration/],
    ["ATTACH 'FOLDER/out.db'", /disabled by configuration/],
    ['INSTALL httpfs', /disabled by configuration/],
    ['LOAD httpfs', /disabled/],
    ['SET enable_external_access = true', /locked|Cannot/],
    ["SET GLOBAL allowed_directories = ['/']", /locked|Cannot/],
    ["SET memory_limit = '1TB'", /locked/],
    ['PRAGMA threads = 64', /locked/],
    ["SET TimeZone = 'Europe/Berlin'", /locked/],
    ['RESET temp_directory', /locked|Cannot/],
  ])('refuses %s', async (sql, message) => {
    await expect(connection.run(sql.replace('FOLDER', folder))).rejects.toThrow(message);
  });

  it('spills no more to disk than it may', async () => {
    const much = 'CREATE TABLE much AS SELECT repeat(uuid()::VARCHAR, 8) FROM range(1_000_000)';
    await expect(connection.run(much)).rejects.toThrow(/Out of Memory Error/);
  });
});
