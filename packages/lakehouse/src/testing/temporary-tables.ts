import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Action, parseActions } from '../log/actions.ts';
import { commitPath } from '../log/log-paths.ts';
import { column, type Row, type TableSchema } from '../schema/table-schema.ts';
import { openTable } from '../table.ts';
import type { DeltaTable, OpenTableOptions, TableView } from '../table-types.ts';

/** Columns of the tables in a temporary folder unless a test says otherwise. */
export const ID_AND_VALUE: TableSchema = [column.string('id', { nullable: false }), column.long('value')];

/** A folder for the tables of one test. */
export type TemporaryTables = {
  readonly folder: string;
  /** Opens `table` in the folder as an append table. */
  readonly openAppend: (options?: Partial<OpenTableOptions>) => Promise<DeltaTable>;
  /** Opens `table` in the folder, upserted by `id`, its index in `index`. */
  readonly openUpsert: (options?: Partial<OpenTableOptions>) => Promise<DeltaTable>;
  /** File names in a folder below, in order. */
  readonly filesIn: (path: string) => Promise<string[]>;
  /** What a version of `table` committed. */
  readonly actionsOf: (version: number) => Promise<readonly Action[]>;
  /** Closes what was opened and deletes the folder. */
  readonly remove: () => Promise<void>;
};

/** Makes an empty folder for tables. */
export const temporaryTables = async (): Promise<TemporaryTables> => {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'));
  const opened: DeltaTable[] = [];
  const open = async (options: OpenTableOptions): Promise<DeltaTable> => {
    const table = await openTable(options);
    opened.push(table);
    return table;
  };
  const path = join(folder, 'table');
  return {
    folder,
    openAppend: (options = {}) =>
      open({ path, name: 'bronze.events', schema: ID_AND_VALUE, kind: 'append', ...options }),
    openUpsert: (options = {}) =>
      open({
        path,
        name: 'silver.rows',
        schema: ID_AND_VALUE,
        kind: { upsert: ['id'] },
        indexDir: join(folder, 'index'),
        ...options,
      }),
    filesIn: async (below) => (await readdir(join(folder, below))).sort(),
    actionsOf: async (version) => parseActions(await readFile(join(path, commitPath(version)), 'utf8')),
    remove: async () => {
      for (const table of opened) await table.close();
      await rm(folder, { recursive: true });
    },
  };
};

/** The visible rows of a table in order of their `id`. */
export const rowsById = async (table: TableView): Promise<Row[]> => {
  const rows: Row[] = [];
  for await (const row of table.scanRows()) rows.push(row);
  return rows.sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
};
