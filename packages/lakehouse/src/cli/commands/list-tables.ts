import { messageOf } from '@marketing-streams/platform/errors';
import { inParallel } from '../../in-parallel.ts';
import { openStorage } from '../../open-storage.ts';
import { listTableNames, tableLocation } from '../../query/table-names.ts';
import { readTable } from '../../read-table.ts';
import type { Command } from '../command.ts';
import { formatTable } from '../format-table.ts';
import { formatAge, formatBytes, formatCount } from '../format-values.ts';
import { sumFiles } from '../table-sums.ts';

type Overview =
  | {
      readonly table: string;
      readonly version: number;
      readonly rows: number | null;
      readonly files: number;
      readonly bytes: number;
      /** ISO text. */
      readonly lastCommit: string | null;
    }
  | { readonly table: string; readonly error: string };

const overviewOf = async (deltaDir: string, name: string): Promise<Overview> => {
  try {
    const view = await readTable({ path: tableLocation(deltaDir, name), name });
    const [last] = await view.history(1);
    const { rows, files, bytes } = sumFiles(view.files());
    return {
      table: name,
      version: view.version(),
      rows,
      files,
      bytes,
      lastCommit: last === undefined ? null : new Date(last.timestamp).toISOString(),
    };
  } catch (error) {
    return { table: name, error: messageOf(error) };
  }
};

/** `lakehouse` alone: every table with its size. One that cannot be read says why and does not hide the others. */
export const listTables: Command = {
  name: 'tables',
  summary: 'all tables with version, rows, files, size and last commit',
  help: `Usage: npm run lakehouse
       npm run lakehouse -- tables [--json]

Lists all tables: version, visible rows, data files, their size, and when the last commit was.`,
  options: [],
  run: async ({ deltaDir, width, now }) => {
    const names = await listTableNames(deltaDir, openStorage);
    const tables = await inParallel(names, 4, (name) => overviewOf(deltaDir, name));
    if (tables.length === 0) {
      return {
        json: [],
        text: `There are no tables in ${deltaDir} yet. They come with the first records, e.g. by: make demo`,
      };
    }
    const right = { align: 'right' } as const;
    const columns = [
      { title: 'table' },
      { title: 'version', ...right },
      { title: 'rows', ...right },
      { title: 'files', ...right },
      { title: 'size', ...right },
      { title: 'last commit' },
    ];
    const rows = tables.map((table) =>
      'error' in table
        ? [table.table, '-', '-', '-', '-', table.error]
        : [
            table.table,
            String(table.version),
            table.rows === null ? 'unknown' : formatCount(table.rows),
            formatCount(table.files),
            formatBytes(table.bytes),
            table.lastCommit === null ? '' : formatAge(Date.parse(table.lastCommit), now()),
          ],
    );
    return { json: tables, text: formatTable(columns, rows, width) };
  },
};
