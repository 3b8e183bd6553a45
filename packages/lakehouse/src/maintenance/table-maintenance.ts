import { createJobRunner } from './job-runner.ts';
import type { CreateTableMaintenance, MaintenanceIntervals } from './maintenance-types.ts';
import { createTableUpkeep } from './table-upkeep.ts';

const MINUTE = 60_000;

const DEFAULT_INTERVALS: MaintenanceIntervals = {
  lookMilliseconds: 1000,
  checkpointMilliseconds: 10_000,
  cleanUpMilliseconds: 10 * MINUTE,
  vacuumMilliseconds: 30 * MINUTE,
  idleMilliseconds: 30_000,
};

/** Maintains open tables until it is stopped; see `CreateTableMaintenance`. */
export const createTableMaintenance: CreateTableMaintenance = (options) => {
  const intervals = { ...DEFAULT_INTERVALS, ...options.intervals };
  const runner = createJobRunner({ idleMilliseconds: intervals.idleMilliseconds });
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  const upkeeps = options.tables.map((table) =>
    createTableUpkeep({
      table,
      runner,
      intervals,
      clock: options.clock ?? Date.now,
      isStopping: () => stopping,
      isBusy: options.isBusy ?? (() => false),
      logger: options.logger,
      onRun: options.onRun,
    }),
  );

  /** Each table in turn, until none has anything to do. */
  const maintain = async (): Promise<void> => {
    for (let busy = true; busy; ) {
      busy = false;
      for (const upkeep of upkeeps) {
        if (stopping) return;
        if (await upkeep.step()) busy = true;
      }
    }
  };

  const lookLater = (): void => {
    timer = setTimeout(() => {
      round = maintain().then(() => {
        if (!stopping) lookLater();
      });
    }, intervals.lookMilliseconds);
  };
  lookLater();

  return {
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      runner.abort();
      await round;
      await runner.close();
    },
  };
};
