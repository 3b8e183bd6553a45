import { openLakehouse } from '../../query/open-lakehouse.ts';
import { quoteIdentifier } from '../../query/sql-tokens.ts';
import { readTable } from '../../read-table.ts';
import { type Command, UsageError, wantedState, wholeNumber } from '../command.ts';
import { resultTable } from '../result-table.ts';

const DEFAULT_LIMIT = 10;

const wantedColumns = (given: string | undefined, known: readonly string[]): readonly string[] => {
  if (given === undefined) return known;
  return given.split(',').map((part) => {
    const name = known.find((column) => column.toLowerCase() === part.trim().toLowerCase());
    if (name !== undefined) return name;
    throw new UsageError(
      `--columns ${given}: there is no column ${part.trim()}; there are ${known.join(', ')}`,
    );
  });
};

/** Some rows of a table. */
export const previewTable: Command = {
  name: 'preview',
  summary: 'some of its rows',
  help: `Usage: npm run lakehouse -- <table> preview [options]

Shows some rows of a table, whichever come first. For rows in order or by condition use query.

  --limit N         rows to show, default ${DEFAULT_LIMIT}
  --columns A,B     columns to show, default all
  --version N       as it was at a version
  --timestamp TIME  as it was at a moment, e.g. 2026-01-31T12:00:00Z (UTC)`,
  options: ['limit', 'columns', 'version', 'timestamp'],
  run: async ({ table: getTable, values, deltaDir, width }) => {
    const limit = wholeNumber(values, 'limit', 1, DEFAULT_LIMIT);
    const state = wantedState(values);
    const { name, location, storage } = await getTable();
    const view = await readTable({ path: storage, name, ...state });
    const columns = wantedColumns(
      values.columns,
      view.schema.map((column) => column.name),
    );
    const lakehouse = openLakehouse({ deltaDir, otherTables: { this: location } });
    try {
      const select = columns.map(quoteIdentifier).join(', ');
      const result = await lakehouse.query(
        `SELECT ${select} FROM "this" VERSION AS OF ${view.version()} LIMIT $1`,
        [limit],
        { maxRows: limit },
      );
      return {
        json: { table: name, version: view.version(), columns: result.columns, rows: result.rows },
        text: resultTable(result, width),
      };
    } finally {
      await lakehouse.close();
    }
  },
};
