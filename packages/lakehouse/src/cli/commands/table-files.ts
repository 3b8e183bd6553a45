import { readTable } from '../../read-table.ts';
import { type Command, wantedState, wholeNumber } from '../command.ts';
import { formatTable } from '../format-table.ts';
import { formatBytes, formatCount } from '../format-values.ts';
import { sumFiles } from '../table-sums.ts';

const DEFAULT_LIMIT = 50;

/** The data files of a table, the largest first. */
export const tableFiles: Command = {
  name: 'files',
  summary: 'its data files: rows, hidden rows, size, partition',
  help: `Usage: npm run lakehouse -- <table> files [options]

Lists the data files of a table, the largest first. Hidden rows were replaced or deleted and are still in the file.

  --limit N         files to show, default ${DEFAULT_LIMIT}
  --version N       as it was at a version
  --timestamp TIME  as it was at a moment, e.g. 2026-01-31T12:00:00Z (UTC)`,
  options: ['limit', 'version', 'timestamp'],
  run: async ({ table: getTable, values, width }) => {
    const { name, storage } = await getTable();
    const view = await readTable({ path: storage, name, ...wantedState(values) });
    const all = [...view.files()].sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
    const sums = sumFiles(all);
    const files = all.slice(0, wholeNumber(values, 'limit', 1, DEFAULT_LIMIT));
    const json = { table: name, version: view.version(), ...sums, list: files };
    if (all.length === 0) return { json, text: `${name} has no data files at version ${view.version()}.` };
    const isPartitioned = view.partitionColumns.length > 0;
    const right = { align: 'right' } as const;
    const rows = files.map((file) => [
      file.rows === null ? 'unknown' : formatCount(file.rows),
      file.deletedRows === 0 ? '' : formatCount(file.deletedRows),
      formatBytes(file.bytes),
      ...(isPartitioned
        ? [view.partitionColumns.map((column) => file.partitionValues[column] ?? 'null').join(', ')]
        : []),
      file.path,
    ]);
    const columns = [
      { title: 'rows', ...right },
      { title: 'hidden', ...right },
      { title: 'size', ...right },
      ...(isPartitioned ? [{ title: view.partitionColumns.join(', ') }] : []),
      { title: 'path' },
    ];
    const more = all.length > files.length ? `, ${formatCount(files.length)} of them shown` : '';
    const total = `${formatCount(sums.files)} files${more}, ${formatBytes(sums.bytes)}, ${sums.rows === null ? 'unknown' : formatCount(sums.rows)} visible rows at version ${view.version()}`;
    return { json, text: `${formatTable(columns, rows, width)}\n\n${total}` };
  },
};
