import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Storage } from '../storage.ts';
import { type Action, formatActions } from './actions.ts';
import { readCheckpointHint, writeCheckpoint } from './checkpoint.ts';
import { type CommitKind, judgeConflict } from './conflicts.ts';
import { parseInterval } from './interval.ts';
import { type Commit, loadSnapshot, readCommit } from './load-snapshot.ts';
import { commitPath } from './log-paths.ts';
import { applyActions, dropExpiredTombstones, type Snapshot } from './snapshot.ts';

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
   * judged; `plan` is called again if the result depends on it. Throws as `judgeConflict`, in which case nothing
   * was committed; after any other error the outcome is unknown until `catchUp` has read the log.
   */
  readonly commit: (kind: CommitKind, plan: () => Promise<PlannedCommit>) => Promise<PlannedCommit>;
  /** Writes a checkpoint if one is due; a failure is logged, the commits themselves are safe. */
  readonly checkpointIfDue: () => Promise<void>;
};

/** Commits between checkpoints of a small table, `delta.checkpointInterval`'s default. */
const CHECKPOINT_INTERVAL = 10;

/** Actions a checkpoint may hold per commit since the last one: bounds what checkpoints cost per commit. */
const CHECKPOINT_ACTIONS_PER_COMMIT = 200;

const DEFAULT_TOMBSTONE_RETENTION = 'interval 1 week';

/** Longest time between looks at the hint: well below any retention of the log. */
const HINT_INTERVAL_MILLISECONDS = 3_600_000;

const ENGINE = 'marketing-streams-lakehouse/0.1.0';

type TableLogOptions = {
  readonly storage: Storage;
  readonly snapshot: Snapshot;
  readonly checkpoint: number | null;
  readonly clock: () => number;
  readonly logger: Logger | undefined;
};

/** The log of an open table. Calls must not overlap. */
export const createTableLog = (options: TableLogOptions): TableLog => {
  const { storage, clock, logger } = options;
  let { snapshot, checkpoint } = options;
  let hintReadAt = clock();

  /** A log that was cleaned up behind us has no next commit to find: then the table is loaded anew. */
  const reloadIfLeftBehind = async (): Promise<boolean> => {
    hintReadAt = clock();
    const hint = await readCheckpointHint(storage);
    if (hint === null || hint <= snapshot.version) return false;
    const loaded = await loadSnapshot(storage);
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

  const commit: TableLog['commit'] = async (kind, plan) => {
    if (clock() - hintReadAt > HINT_INTERVAL_MILLISECONDS) await reloadIfLeftBehind();
    let planned = await plan();
    for (;;) {
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
      const verdicts = winners.map((winner) =>
        judgeConflict(kind, planned.actions, winner.actions, winner.version),
      );
      logger?.debug({ table: storage.location, version }, 'another writer was first');
      if (verdicts.includes('recompute')) planned = await plan();
    }
  };

  const checkpointIfDue = async (): Promise<void> => {
    const actions = snapshot.files.size + snapshot.tombstones.size;
    const interval = Math.max(CHECKPOINT_INTERVAL, Math.floor(actions / CHECKPOINT_ACTIONS_PER_COMMIT));
    if (snapshot.version - (checkpoint ?? 0) < interval) return;
    const retention = parseInterval(
      snapshot.metadata!.configuration['delta.deletedFileRetentionDuration'] ?? DEFAULT_TOMBSTONE_RETENTION,
    );
    try {
      if (retention !== null) dropExpiredTombstones(snapshot, clock() - retention);
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
