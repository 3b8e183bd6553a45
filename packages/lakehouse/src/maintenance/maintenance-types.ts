import type { Logger } from '@marketing-streams/platform/logging';
import type { DeltaTable } from '../table-types.ts';

/** What is done to a table besides writing rows. */
export type MaintenanceKind = 'merge' | 'checkpoint' | 'clean-up-log' | 'vacuum';

/** One piece of maintenance that came to its end, for metrics. */
export type MaintenanceRun = {
  readonly table: string;
  readonly kind: MaintenanceKind;
  /** `given-up`: others changed the table meanwhile, it is tried again later. `failed`: so too, and logged. */
  readonly outcome: 'done' | 'given-up' | 'failed';
  readonly seconds: number;
  /** Data files that a merge took out of the table; files that clean-up or vacuum deleted. */
  readonly filesRemoved: number;
  /** Data files that a merge wrote; checkpoints. */
  readonly filesAdded: number;
  /** Rows a merge wrote anew. */
  readonly rows: number;
};

export type MaintenanceIntervals = {
  /** How often tables are looked at for merges that are due; default 1000. */
  readonly lookMilliseconds: number;
  /** Between looks whether a checkpoint is due in a table that was written to; default 10 seconds. */
  readonly checkpointMilliseconds: number;
  /** Between clean-ups of a table's log; default 10 minutes. */
  readonly cleanUpMilliseconds: number;
  /** Between vacuums of a table; default 30 minutes. */
  readonly vacuumMilliseconds: number;
  /** The worker thread ends when it had nothing to do for so long; default 30 seconds. */
  readonly idleMilliseconds: number;
};

export type TableMaintenanceOptions = {
  /** Open tables, with `checkpoints: 'elsewhere'`. They must stay open until `stop` has resolved. */
  readonly tables: readonly DeltaTable[];
  readonly intervals?: Partial<MaintenanceIntervals>;
  /**
   * True while there is a backlog to write to the table of a name or to others beside it, for which the cores are
   * needed: then only as many files are merged as would slow down the writes themselves, and all else comes later.
   */
  readonly isBusy?: (table: string) => boolean;
  /** Epoch milliseconds; the wall clock unless told. */
  readonly clock?: () => number;
  readonly logger?: Logger;
  readonly onRun?: (run: MaintenanceRun) => void;
};

export type TableMaintenance = {
  /** Gives up the work under way, or waits for it when it is being committed, and ends the worker thread. */
  readonly stop: () => Promise<void>;
};

/**
 * Keeps tables small and quick while they are written: merges, checkpoints, log clean-up and vacuum, one at a time, in
 * a worker thread. A piece of work that fails is logged, told to `onRun` and tried again later; nothing is thrown.
 */
export type CreateTableMaintenance = (options: TableMaintenanceOptions) => TableMaintenance;
