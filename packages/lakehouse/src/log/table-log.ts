import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Storage } from '../storage.ts';
import { type Action, formatActions } from './actions.ts';
import { dropTombstones, isCheckpointDue, writeCheckpoint } from './checkpoint.ts';
import { type CommitKind, judgeConflict } from './conflicts.ts';
import { type Commit, loadSnapshot, readCommit } from './load-snapshot.ts';
import { listLog } from './log-listing.ts';
import { commitPath, dataFileKey } from './log-paths.ts';
import { readCheckpointHint } from './read-checkpoint.ts';
import { applyActions, type Snapshot } from './snapshot.ts';

/** What to commit, computed from the snapshot as it is. */
export type PlannedCommit = {
  readonly operation: string;
  readonly operationParameters: Readonly<Record<string, unknown>>;
  readonly operationMetrics: Readonly<Record<string, number>>;
  readonly actions: readonly Action[];
};

export type TableLog = {
  /** The state as last seen; changed in place by `catchUp` and `commit`. */
  readonly snapshot: () => Snapshot;
  /** Reads and applies what others committed, in order. */
  readonly catchUp: () => Promise<readonly Commit[]>;
  /**
   * Commits what `plan` computes as the next version. When another writer was first, its commit is applied and
   * judged; `plan` is called again if the result depends on it. Throws as `judgeConflict`, and DELTA_CONFLICT when
   * others were first `mostAttempts` times (there is always one who is, so none by default); in both cases nothing
   * was committed. STORAGE_UNAVAILABLE when half an hour has passed since the files were written. After this and any
   * other error the outcome is unknown until `catchUp` has read the log.
   */
  readonly commit: (
    kind: CommitKind,
    plan: () => Promise<PlannedCommit>,
    mostAttempts?: number,
  ) => Promise<PlannedCommit>;
  /** Writes a checkpoint if one is due; a failure is logged, the commits themselves are safe. */
  readonly checkpointIfDue: () => Promise<void>;
};

/** Longest time between looks at the hint: well below any retention of the log. */
const HINT_INTERVAL_MILLISECONDS = 3_600_000;

/**
 * Vacuum takes files that no commit names as soon as they are an hour old. A commit whose files are older than this,
 * because the machine slept or its clock was set meanwhile, might name files that are no longer there.
 */
const OLDEST_FILES_MILLISECONDS = 1_800_000;

const ENGINE = 'marketing-streams-lakehouse/0.1.0';

type TableLogOptions = {
  readonly storage: Storage;
  readonly snapshot: Snapshot;
  readonly checkpoint: number | null;
  readonly clock: () => number;
  readonly logger: Logger | undefined;
  /**
   * `inline`: after the commit that makes one due, which waits for it. `elsewhere`: `checkpointTable` is called by
   * another thread or process; then the snapshot need not keep tombstones.
   */
  readonly checkpoints: 'inline' | 'elsewhere';
};

/** The log of an open table. Calls must not overlap. */
export const createTableLog = (options: TableLogOptions): TableLog => {
  const { storage, clock, logger, checkpoints } = options;
  let { snapshot, checkpoint } = options;
  let hintReadAt = clock();

  /** Without a hint the log itself tells whether there are later versions but not the next one. */
  const hasGap = async (): Promise<boolean> => {
    const next = snapshot.version + 1;
    const { commits, checkpoints: later } = await listLog(storage, next);
    return commits[0]?.version !== next && (commits.length > 0 || later.length > 0);
  };

  /** A log that was cleaned up behind us has no next commit to find: then the table is loaded anew. */
  const reloadIfLeftBehind = async (): Promise<boolean> => {
    hintReadAt = clock();
    const hint = await readCheckpointHint(storage);
    const isBehind = hint === null ? await hasGap() : hint.version > snapshot.version;
    if (!isBehind) return false;
    const loaded = await loadSnapshot(storage, { tombstones: checkpoints === 'inline' });
    if (loaded === null) throw new PlatformError('DELTA_CORRUPT', `${storage.location}: the log is gone`);
    ({ snapshot, checkpoint } = loaded);
    return true;
  };

  const catchUp = async (): Promise<readonly Commit[]> => {
    const commits: Commit[] = [];
    for (;;) {
      const commit = await readCommit(storage, snapshot.version + 1);
      if (commit === null) break;
      applyActions(snapshot, commit.version, commit.actions);
      commits.push(commit);
    }
    if (commits.length === 0) await reloadIfLeftBehind();
    return commits;
  };

  const commitText = (kind: CommitKind, planned: PlannedCommit): Buffer =>
    Buffer.from(
      formatActions([
        {
          commitInfo: {
            timestamp: clock(),
            operation: planned.operation,
            operationParameters: planned.operationParameters,
            operationMetrics: Object.fromEntries(
              Object.entries(planned.operationMetrics).map(([name, value]) => [name, String(value)]),
            ),
            ...(snapshot.version >= 0 ? { readVersion: snapshot.version } : {}),
            isBlindAppend: kind === 'blind',
            engineInfo: ENGINE,
          },
        },
        ...planned.actions,
      ]),
    );

  const requireFresh = ({ actions }: PlannedCommit, plannedAt: number): void => {
    const written = actions.flatMap(({ add }) =>
      add && !snapshot.files.has(dataFileKey(add.path)) ? [add.modificationTime] : [],
    );
    const oldest = Math.min(plannedAt, ...written);
    if (oldest >= clock() - OLDEST_FILES_MILLISECONDS) return;
    throw new PlatformError(
      'STORAGE_UNAVAILABLE',
      `${storage.location}: nothing was committed, since the files to commit are of ${new Date(oldest).toISOString()} and vacuum may have taken them`,
    );
  };

  const commit: TableLog['commit'] = async (kind, plan, mostAttempts = Number.POSITIVE_INFINITY) => {
    let planned: PlannedCommit | null = null;
    let plannedAt = clock();
    for (let attempt = 1; ; attempt++) {
      if (planned === null) {
        plannedAt = clock();
        planned = await plan();
      }
      // Last thing before the commit: a machine that slept meanwhile must not take a name that became free again.
      const sinceHint = clock() - hintReadAt;
      // A clock that was set back tells nothing about the time that has passed.
      const looksAgain = sinceHint < 0 || sinceHint > HINT_INTERVAL_MILLISECONDS;
      if (looksAgain && (await reloadIfLeftBehind())) {
        planned = null;
        continue;
      }
      requireFresh(planned, plannedAt);
      const version = snapshot.version + 1;
      reachFailPoint('between-parquet-and-delta-commit');
      if (await storage.putIfAbsent(commitPath(version), commitText(kind, planned))) {
        reachFailPoint('after-delta-commit');
        applyActions(snapshot, version, planned.actions);
        return planned;
      }
      const winners = await catchUp();
      if (winners.length === 0) {
        throw new PlatformError(
          'DELTA_CONFLICT',
          `${storage.location}: version ${version} is taken but not readable`,
        );
      }
      const { actions } = planned;
      const verdicts = winners.map((winner) => judgeConflict(kind, actions, winner.actions, winner.version));
      logger?.debug({ table: storage.location, version }, 'another writer was first');
      if (verdicts.includes('recompute')) planned = null;
      if (attempt >= mostAttempts) {
        throw new PlatformError('DELTA_CONFLICT', `${storage.location}: others were first ${attempt} times`);
      }
    }
  };

  const checkpointIfDue = async (): Promise<void> => {
    if (checkpoints === 'elsewhere' || !isCheckpointDue(snapshot, checkpoint)) return;
    try {
      dropTombstones(snapshot, clock());
      await writeCheckpoint(storage, snapshot);
    } catch (error) {
      logger?.warn(
        { table: storage.location, reason: messageOf(error) },
        'the checkpoint could not be written',
      );
    }
    // After a failure the next one is due an interval later too: a full disk is not asked again every commit.
    checkpoint = snapshot.version;
  };

  return { snapshot: () => snapshot, catchUp, commit, checkpointIfDue };
};
