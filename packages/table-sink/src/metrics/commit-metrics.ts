import type { SinkCommit } from '@marketing-streams/lakehouse/sink-types';
import type { PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { OnSkippedRecord } from '../table-declaration.ts';

/** Counts what is left out of a table, and logs where it lies. */
export const recordSkips = (table: string, metrics: Metrics, logger: Logger): OnSkippedRecord => {
  const skipped = metrics.counter(
    'table_skipped_records_total',
    'Records left out of a Delta table because they cannot become a row.',
    ['table', 'code'],
  );
  return ({ topic, partition, offset }, { code, message }) => {
    skipped.inc({ table, code });
    logger.warn({ table, topic, partition, offset, code }, `left a record out of the table: ${message}`);
  };
};

/** Measures the commits of all tables. */
export const recordCommits = (metrics: Metrics): ((commit: SinkCommit) => void) => {
  const labels = ['table'];
  const rows = metrics.counter('table_rows_total', 'Rows written to a Delta table.', labels);
  const deletes = metrics.counter('table_deletes_total', 'Rows deleted from a Delta table by key.', labels);
  const version = metrics.gauge('table_version', 'Version of a Delta table after the last commit.', labels);
  const seconds = metrics.histogram('table_commit_seconds', 'Duration of a commit to a Delta table.', labels);
  return (commit) => {
    const table = { table: commit.table };
    rows.inc(table, commit.rows);
    deletes.inc(table, commit.deletes);
    version.set(table, commit.version);
    seconds.observe(table, commit.seconds);
  };
};

/** Counts the errors a sink stopped on. Most are tried again by themselves: the same records come again. */
export const recordFailures = (metrics: Metrics): ((error: PlatformError, table: string | null) => void) => {
  const failures = metrics.counter('table_commit_failures_total', 'Batches a Delta table did not take.', [
    'table',
    'code',
  ]);
  return ({ code }, table) => failures.inc({ table: table ?? '', code });
};
