import { readCheckpointHint } from '@marketing-streams/lakehouse/log/read-checkpoint';
import type { Storage } from '@marketing-streams/lakehouse/storage';
import type { TableView } from '@marketing-streams/lakehouse/table-types';
import type { Metrics } from '@marketing-streams/platform/metrics';

/** A table that is written, and where its files lie. */
export type WatchedTable = { readonly table: TableView; readonly storage: Storage };

/** A file of fewer visible rows is small: merges have not been through with it (see the lakehouse's compaction). */
const SMALL_FILE_ROWS = 50_000;

const census = (table: TableView) => {
  const found = { files: 0, small: 0, bytes: 0, hidden: 0 };
  for (const { bytes, rows, deletedRows } of table.files()) {
    found.files++;
    found.bytes += bytes;
    found.hidden += deletedRows;
    if ((rows ?? SMALL_FILE_ROWS) - deletedRows < SMALL_FILE_ROWS) found.small++;
  }
  return found;
};

/** Shows what tables are made of at each exposition; costs a look at every live file and one small file a table. */
export const showTables = (metrics: Metrics, tables: readonly WatchedTable[]): void => {
  const labels = ['table'];
  const files = metrics.gauge('table_files', 'Live data files of a Delta table.', labels);
  const small = metrics.gauge('table_small_files', 'Live data files that merges may still take.', labels);
  const bytes = metrics.gauge('table_bytes', 'Bytes of the live data files of a Delta table.', labels);
  const hidden = metrics.gauge(
    'table_hidden_rows',
    'Rows in live data files that deletion vectors hide.',
    labels,
  );
  const logged = metrics.gauge(
    'table_commits_since_checkpoint',
    'Commits that a reader of a Delta table has to read one by one.',
    labels,
  );
  const show = async ({ table, storage }: WatchedTable): Promise<void> => {
    const label = { table: table.name };
    const found = census(table);
    files.set(label, found.files);
    small.set(label, found.small);
    bytes.set(label, found.bytes);
    hidden.set(label, found.hidden);
    // A disk that cannot be read has alerts of its own.
    const hint = await readCheckpointHint(storage).catch(() => undefined);
    if (hint !== undefined) logged.set(label, Math.max(0, table.version() - (hint?.version ?? -1)));
  };
  metrics.onCollect(async () => {
    await Promise.all(tables.map(show));
  });
};
