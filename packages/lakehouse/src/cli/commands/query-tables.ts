import { openLakehouse } from '../../query/open-lakehouse.ts';
import { type Command, UsageError, wholeNumber } from '../command.ts';
import { resultTable } from '../result-table.ts';

const DEFAULT_LIMIT = 100;

/** SQL over tables. */
export const queryTables: Command = {
  name: 'query',
  summary: 'SQL over tables by name, at any version; also without <table>',
  help: `Usage: npm run lakehouse -- query "<SQL>" [options]
       npm run lakehouse -- <table> query "<SQL over this>" [options]

Runs one SELECT in DuckDB's dialect. Tables are named <layer>.<table>; "this" is the table given in front. Times are
in UTC.

  npm run lakehouse -- query "SELECT status, count(*) FROM silver.orders GROUP BY status"
  npm run lakehouse -- query "FROM silver.orders VERSION AS OF 12 ORDER BY placed_at DESC"
  npm run lakehouse -- query "FROM silver.orders TIMESTAMP AS OF '2026-01-31T12:00:00Z'"
  npm run lakehouse -- ./some/table query "SUMMARIZE this"

  --limit N  rows to show, default ${DEFAULT_LIMIT}`,
  options: ['limit'],
  run: async ({ table: getTable, hasTable, rest, values, deltaDir, width }) => {
    const limit = wholeNumber(values, 'limit', 1, DEFAULT_LIMIT);
    const [sql, ...more] = rest;
    if (sql === undefined || more.length > 0) throw new UsageError('query takes one SQL text, in quotes');
    const otherTables: Record<string, string> = hasTable ? { this: (await getTable()).location } : {};
    const lakehouse = openLakehouse({ deltaDir, otherTables });
    try {
      const result = await lakehouse.query(sql, [], { maxRows: limit });
      return { json: result, text: resultTable(result, width) };
    } finally {
      await lakehouse.close();
    }
  },
};
