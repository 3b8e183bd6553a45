import { isPlatformError, messageOf } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { MergeThresholds } from '../table/compaction/merge-types.ts';
import type { DeltaTable } from '../table-types.ts';
import type { JobRunner } from './job-runner.ts';
import type { JobReport } from './jobs.ts';
import type { MaintenanceIntervals, MaintenanceKind, MaintenanceRun } from './maintenance-types.ts';
import { createPause } from './pause.ts';

/** One table's part of maintenance: knows what is due and does it. */
export type TableUpkeep = {
  /** Does one piece of work if one is due; false when nothing is. Never throws. */
  readonly step: () => Promise<boolean>;
};

type Ending = Pick<MaintenanceRun, 'outcome' | 'filesRemoved' | 'filesAdded' | 'rows'>;

/** Hidden rows that make rewriting worthwhile at any time: fewer wait for a merge of small files. */
const AT_EASE: MergeThresholds = { minFiles: 16, minHiddenRows: 10_000 };

/** More files would make upserts slower than a merge beside them does. */
const BUSY: MergeThresholds = { minFiles: 64, minHiddenRows: 1_000_000 };

/** How much longer the rest may wait for a backlog to end. */
const BUSY_MILLISECONDS = 60_000;

/** After its start a service waits this part of an interval: one that restarts often must be cleaned up, too. */
const FIRST_PART = 0.1;

const doneWith = (report: JobReport): Ending => ({
  outcome: 'done',
  filesRemoved: report.filesRemoved,
  filesAdded: report.filesAdded,
  rows: 0,
});

export const createTableUpkeep = (options: {
  readonly table: DeltaTable;
  readonly runner: JobRunner;
  readonly intervals: MaintenanceIntervals;
  readonly clock: () => number;
  readonly isStopping: () => boolean;
  readonly isBusy: (table: string) => boolean;
  readonly logger: Logger | undefined;
  readonly onRun: ((run: MaintenanceRun) => void) | undefined;
}): TableUpkeep => {
  const { table, runner, intervals, clock, logger } = options;
  const { name, location, merges } = table;
  const started = clock();
  /** The version at which there was nothing to merge. */
  let merged = -1;
  const pauses = {
    merge: createPause(clock),
    checkpoint: createPause(clock),
    'clean-up-log': createPause(clock),
    vacuum: createPause(clock),
  };
  const nextAt = new Map<MaintenanceKind, number>([
    ['clean-up-log', started + intervals.cleanUpMilliseconds * FIRST_PART],
    ['vacuum', started + intervals.vacuumMilliseconds * FIRST_PART],
    ['checkpoint', started],
  ]);
  const intervalOf = {
    'clean-up-log': intervals.cleanUpMilliseconds,
    vacuum: intervals.vacuumMilliseconds,
    checkpoint: intervals.checkpointMilliseconds,
  };
  /** The version of the table at the last look for a checkpoint: a table that nobody writes to needs none. */
  let checkpointed = table.version();

  const merge = (): (() => Promise<Ending>) | null => {
    const version = table.version();
    if (version === merged) return null;
    const isBusy = options.isBusy(name);
    const job = merges.next(isBusy ? BUSY : AT_EASE);
    if (job === null) {
      if (!isBusy) merged = version;
      return null;
    }
    return async () => {
      const { merge: result } = await runner.run({ kind: 'merge', merge: job });
      if (options.isStopping()) {
        await merges.discard(result!);
        return { outcome: 'given-up', filesRemoved: 0, filesAdded: 0, rows: 0 };
      }
      const outcome = await merges.commit(result!);
      if (outcome.kind === 'merged') return { ...outcome, outcome: 'done' };
      logger?.info({ table: name, reason: outcome.reason }, 'a merge was given up');
      return { outcome: 'given-up', filesRemoved: 0, filesAdded: 0, rows: 0 };
    };
  };

  const periodic = (kind: 'checkpoint' | 'clean-up-log' | 'vacuum'): (() => Promise<Ending>) | null => {
    const late = clock() - nextAt.get(kind)!;
    if (late < 0 || (late < BUSY_MILLISECONDS && options.isBusy(name))) return null;
    nextAt.set(kind, clock() + intervalOf[kind]);
    if (kind === 'checkpoint') {
      if (table.version() === checkpointed) return null;
      checkpointed = table.version();
    }
    return async () => doneWith(await runner.run({ kind, table: name, location }));
  };

  const attempt = async (kind: MaintenanceKind, work: () => Promise<Ending>): Promise<void> => {
    const began = performance.now();
    let ending: Ending = { outcome: 'failed', filesRemoved: 0, filesAdded: 0, rows: 0 };
    try {
      ending = await work();
    } catch (error) {
      const code = isPlatformError(error) ? error.code : 'INTERNAL';
      if (!options.isStopping())
        logger?.warn({ table: name, kind, code, reason: messageOf(error) }, 'maintenance of a table failed');
      else ending = { ...ending, outcome: 'given-up' };
    }
    if (ending.outcome === 'done') pauses[kind].forget();
    else pauses[kind].begin();
    const { outcome, filesRemoved, filesAdded, rows } = ending;
    const seconds = (performance.now() - began) / 1000;
    options.onRun?.({ table: name, kind, outcome, seconds, filesRemoved, filesAdded, rows });
  };

  const due = (): { readonly kind: MaintenanceKind; readonly work: () => Promise<Ending> } | null => {
    for (const kind of ['checkpoint', 'clean-up-log', 'vacuum'] as const) {
      const work = pauses[kind].isOver() ? periodic(kind) : null;
      if (work !== null) return { kind, work };
    }
    const work = pauses.merge.isOver() ? merge() : null;
    return work === null ? null : { kind: 'merge', work };
  };

  return {
    step: async () => {
      const next = due();
      if (next === null) return false;
      await attempt(next.kind, next.work);
      return true;
    },
  };
};
