import type { QueryResult } from '../query/query-types.ts';
import { formatTable } from './format-table.ts';
import { formatCount, formatValue } from './format-values.ts';

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

/** The rows of a query as a table for people, with how many there are on the last line. */
export const resultTable = ({ columns, rows, truncated }: QueryResult, width: number): string => {
  if (rows.length === 0) return `No rows. Columns: ${columns.map(({ name }) => name).join(', ')}`;
  const table = formatTable(
    columns.map(({ name, type }) => ({ title: name, align: NUMERIC.test(type) ? 'right' : 'left' })),
    rows.map((row) => columns.map(({ name }) => formatValue(row[name]))),
    width,
  );
  const count = `${formatCount(rows.length)} row${rows.length === 1 ? '' : 's'}`;
  return `${table}\n\n${truncated ? `the first ${count}; --limit shows more` : count}`;
};
