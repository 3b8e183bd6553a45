import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DuckDBInstance } from '@duckdb/node-api';
import { isPlatformError } from '@marketing-streams/platform/errors';
import { openStorage as openAnyStorage } from '../open-storage.ts';
import { engineError, interruptible, openEngine } from './duckdb-engine.ts';
import { createFileCopies } from './file-copies.ts';
import type { Lakehouse, LakehouseOptions, QueryResult } from './query-types.ts';
import { dropDatabase, type QueryRun, runQuery } from './run-query.ts';
import { createSlots } from './slots.ts';
import { createTableNames, isFolder, noSuchTable } from './table-names.ts';
import {
  createTableVersions,
  type TableVersion,
  type TableVersions,
  type WantedVersion,
} from './table-versions.ts';

const DEFAULT_MAX_ROWS = 10_000;
const DEFAULT_CACHE_BYTES = 1024 ** 3;
const DEFAULT_MEMORY_LIMIT = '512MB';
const SPILL_BYTES = 2 * 1024 ** 3;

/**
 * Opens the tables below a folder for SQL, in a DuckDB that can only read them; see `Lakehouse`. Nothing is read
 * before the first query; tables may come and go meanwhile.
 */
export const openLakehouse = (options: LakehouseOptions): Lakehouse => {
  const { openStorage = openAnyStorage, clock = Date.now, otherTables = {} } = options;
  const deltaDir = isFolder(options.deltaDir) ? resolve(options.deltaDir) : options.deltaDir;
  const scratch = join(tmpdir(), `lakehouse-${randomUUID()}`);
  const names = createTableNames(deltaDir, otherTables, openStorage);
  const copies = createFileCopies(join(scratch, 'files'), options.cacheBytes ?? DEFAULT_CACHE_BYTES);
  const slots = createSlots(options.concurrency ?? 2);
  const versions = new Map<string, TableVersions>();
  let engine: Promise<DuckDBInstance> | null = null;
  let queries = 0;

  const startEngine = async (): Promise<DuckDBInstance> => {
    // DuckDB makes the last folder of a path only, and not before it spills.
    await mkdir(scratch, { recursive: true });
    return openEngine({
      memoryLimit: options.memoryLimit ?? DEFAULT_MEMORY_LIMIT,
      threads: options.threads ?? 2,
      temporaryFolder: join(scratch, 'spill'),
      temporaryBytes: SPILL_BYTES,
      folders: [
        ...[deltaDir, ...Object.values(otherTables)].filter(isFolder).map((path) => resolve(path)),
        scratch,
      ],
    });
  };

  const findTable = async (name: string, wanted: WantedVersion): Promise<TableVersion> => {
    const table = await names.locate(name);
    let known = versions.get(table.location);
    if (known === undefined) {
      known = createTableVersions(table.name, await openStorage(table.location), clock);
      versions.set(table.location, known);
    }
    try {
      return await known.get(wanted);
    } catch (error) {
      if (!isPlatformError(error, 'NOT_FOUND') || error.details.field !== undefined) throw error;
      versions.delete(table.location);
      throw noSuchTable(name, deltaDir, await names.list());
    }
  };

  const runOnce = async (run: QueryRun, signal: AbortSignal | undefined): Promise<QueryResult> => {
    engine ??= startEngine();
    const current = engine;
    const instance = await current.catch((error: unknown) => {
      if (engine === current) engine = null;
      throw engineError(error);
    });
    const connection = await instance.connect();
    try {
      return await interruptible(connection, signal, () => runQuery(connection, run));
    } catch (error) {
      signal?.throwIfAborted();
      const failure = engineError(error);
      // DuckDB refuses to go on after an error of its own: the next query gets a new one.
      if (isPlatformError(failure, 'INTERNAL') && engine === current) engine = null;
      throw failure;
    } finally {
      connection.closeSync();
      await dropDatabase(instance, run.database).catch(() => {});
    }
  };

  const query: Lakehouse['query'] = (sql, parameters = [], { signal, maxRows = DEFAULT_MAX_ROWS } = {}) =>
    slots.run(signal, async () => {
      const run = { sql, parameters, maxRows, copies, findTable, database: `query_${++queries}` };
      try {
        return await runOnce(run, signal);
      } catch (error) {
        // Vacuum may have taken files of a version that is not the newest any more, or the table was made anew.
        if (!isPlatformError(error, 'STORAGE_UNAVAILABLE', 'NOT_FOUND') || error.details.field !== undefined)
          throw error;
        versions.clear();
        return runOnce({ ...run, database: `query_${++queries}` }, signal);
      }
    });

  return {
    query,
    tables: names.list,
    close: async () => {
      await slots.close();
      (await engine)?.closeSync();
      await copies.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
};
