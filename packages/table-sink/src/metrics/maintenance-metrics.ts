import type { MaintenanceRun } from '@marketing-streams/lakehouse/maintenance/maintenance-types';
import type { Metrics } from '@marketing-streams/platform/metrics';

/** From the look for work to merges of the largest files and vacuums of many. */
const SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300];

/** Measures the maintenance of all tables. `clock` gives epoch milliseconds. */
export const recordMaintenance = (
  metrics: Metrics,
  clock: () => number = Date.now,
): ((run: MaintenanceRun) => void) => {
  const runs = metrics.counter(
    'table_maintenance_runs_total',
    'Pieces of maintenance of a Delta table: merge, checkpoint, clean-up-log, vacuum.',
    ['table', 'kind', 'outcome'],
  );
  const seconds = metrics.histogram(
    'table_maintenance_seconds',
    'Duration of a piece of maintenance.',
    ['kind'],
    SECONDS,
  );
  const removed = metrics.counter(
    'table_maintenance_files_removed_total',
    'Data files merged away; files that log clean-up and vacuum deleted.',
    ['table', 'kind'],
  );
  const last = metrics.gauge(
    'table_maintenance_last_success_timestamp_seconds',
    'When a kind of maintenance last came to a good end.',
    ['table', 'kind'],
  );
  return ({ table, kind, outcome, ...run }) => {
    runs.inc({ table, kind, outcome });
    seconds.observe({ kind }, run.seconds);
    removed.inc({ table, kind }, run.filesRemoved);
    if (outcome === 'done') last.set({ table, kind }, clock() / 1000);
  };
};
