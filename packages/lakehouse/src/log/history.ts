import { inParallel } from '../in-parallel.ts';
import type { Storage } from '../storage.ts';
import type { HistoryEntry } from '../table-types.ts';
import { monotonicTimes } from './commit-times.ts';
import { readCommit } from './load-snapshot.ts';
import { listLog } from './log-listing.ts';

const READS_AT_A_TIME = 8;

/** Commits read before those that are asked for, so that their times rise as `commitAt` has them. */
const COMMITS_BEFORE = 10;

const COMMITS_A_ROUND = 256;

/**
 * The commits up to a version, newest first, as far back as the log goes or `limit` says. Their timestamps are those
 * by which time travel goes. Throws DELTA_CORRUPT with the path for a commit that cannot be read.
 */
export const readHistory = async (
  storage: Storage,
  newest: number,
  limit: number,
): Promise<readonly HistoryEntry[]> => {
  const from = Number.isFinite(limit) ? Math.max(0, newest - limit + 1 - COMMITS_BEFORE) : 0;
  const { commits } = await listLog(storage, from);
  const times = monotonicTimes(commits);
  const wanted = commits
    .map(({ version }, index) => ({ version, time: times[index]! }))
    .filter(({ version }) => version <= newest)
    .reverse();
  const entries: HistoryEntry[] = [];
  while (entries.length < Math.min(limit, wanted.length)) {
    const round = wanted.slice(entries.length, Math.min(limit, entries.length + COMMITS_A_ROUND));
    const read = await inParallel(round, READS_AT_A_TIME, ({ version }) => readCommit(storage, version));
    for (const [index, commit] of read.entries()) {
      // Cleaned up meanwhile, or never there: what is older tells nothing about how the table came to be.
      if (commit === null || commit.version !== newest - entries.length) return entries;
      const info = commit.actions.find((action) => action.commitInfo)?.commitInfo;
      entries.push({
        version: commit.version,
        timestamp: info?.inCommitTimestamp ?? round[index]!.time,
        operation: info?.operation ?? 'UNKNOWN',
        operationParameters: info?.operationParameters ?? {},
        operationMetrics: info?.operationMetrics ?? {},
        engineInfo: info?.engineInfo ?? null,
      });
    }
  }
  return entries;
};
