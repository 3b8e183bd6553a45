import { readTable } from '../../read-table.ts';
import type { HistoryEntry } from '../../table-types.ts';
import { type Command, wholeNumber } from '../command.ts';
import { formatTable } from '../format-table.ts';
import { formatBytes, formatCount, formatMoment } from '../format-values.ts';

const DEFAULT_LIMIT = 20;

/** Names by which this package, delta-rs and Spark tell the same numbers. */
const METRICS = {
  added: ['numOutputRows', 'num_added_rows', 'numTargetRowsInserted', 'num_target_rows_inserted'],
  removed: [
    'numDeletedRows',
    'num_deleted_rows',
    'numTargetRowsRemoved',
    'numTargetRowsDeleted',
    'num_target_rows_deleted',
  ],
  filesAdded: [
    'numAddedFiles',
    'numFiles',
    'numFilesAdded',
    'numTargetFilesAdded',
    'num_added_files',
    'num_target_files_added',
  ],
  filesRemoved: [
    'numRemovedFiles',
    'numFilesRemoved',
    'numTargetFilesRemoved',
    'num_removed_files',
    'num_target_files_removed',
  ],
  bytes: ['numOutputBytes', 'numTargetBytesAdded', 'numAddedBytes', 'num_added_bytes'],
} as const;

const metric = ({ operationMetrics }: HistoryEntry, name: keyof typeof METRICS): number | null => {
  for (const candidate of METRICS[name]) {
    const value = operationMetrics[candidate];
    if (value !== undefined && value !== null && Number.isFinite(Number(value))) return Number(value);
  }
  return null;
};

const signed = (added: number | null, removed: number | null): string =>
  [
    added === null ? '' : `+${formatCount(added)}`,
    removed === null || removed === 0 ? '' : `-${formatCount(removed)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');

/** The commits of a table, newest first. */
export const tableHistory: Command = {
  name: 'history',
  summary: 'its commits: when, what, by whom, rows and files',
  help: `Usage: npm run lakehouse -- <table> history [options]

Lists the commits of a table, newest first: version, time (UTC), operation, rows and files added (+) and removed (-),
bytes written, and the program that wrote it.

  --limit N  commits to show, default ${DEFAULT_LIMIT}`,
  options: ['limit'],
  run: async ({ table: getTable, values, width }) => {
    const { name, storage } = await getTable();
    const view = await readTable({ path: storage, name });
    const entries = await view.history(wholeNumber(values, 'limit', 1, DEFAULT_LIMIT));
    const json = entries.map((entry) => ({ ...entry, timestamp: new Date(entry.timestamp).toISOString() }));
    const right = { align: 'right' } as const;
    const text = formatTable(
      [
        { title: 'version', ...right },
        { title: 'time (UTC)' },
        { title: 'operation' },
        { title: 'rows', ...right },
        { title: 'files', ...right },
        { title: 'bytes', ...right },
        { title: 'by' },
      ],
      entries.map((entry) => {
        const bytes = metric(entry, 'bytes');
        return [
          String(entry.version),
          formatMoment(entry.timestamp),
          entry.operation,
          signed(metric(entry, 'added'), metric(entry, 'removed')),
          signed(metric(entry, 'filesAdded'), metric(entry, 'filesRemoved')),
          bytes === null ? '' : formatBytes(bytes),
          entry.engineInfo ?? '',
        ];
      }),
      width,
    );
    return { json, text };
  },
};
