import { PlatformError } from '@marketing-streams/platform/errors';
import type { Storage } from '../storage.ts';
import type { Metadata } from './actions.ts';
import { readCommit } from './load-snapshot.ts';
import type { ListedCommit } from './log-listing.ts';

/**
 * When commits happened, by the times of their files. Clocks of several writers, and copies of a table, may put a
 * commit before its predecessor: then it counts as a millisecond later, as other engines have it.
 */
export const monotonicTimes = (commits: readonly ListedCommit[]): readonly number[] => {
  let last = Number.NEGATIVE_INFINITY;
  return commits.map(({ modifiedAt }) => {
    const time = Math.floor(modifiedAt);
    last = time > last ? time : last + 1;
    return last;
  });
};

/** From which version on commits carry their own time (PROTOCOL.md «In-Commit Timestamps»); null without. */
export const inCommitTimesSince = (metadata: Metadata): { version: number; timestamp: number } | null => {
  const { configuration } = metadata;
  if (configuration['delta.enableInCommitTimestamps'] !== 'true') return null;
  return {
    version: Number(configuration['delta.inCommitTimestampEnablementVersion'] ?? 0),
    timestamp: Number(configuration['delta.inCommitTimestampEnablementTimestamp'] ?? 0),
  };
};

const inCommitTime = async (storage: Storage, version: number): Promise<number> => {
  const commit = await readCommit(storage, version);
  const time = commit?.actions.find((action) => action.commitInfo)?.commitInfo?.inCommitTimestamp;
  if (time !== undefined) return time;
  throw new PlatformError(
    'DELTA_CORRUPT',
    `${storage.location}: commit ${version} should carry its time and does not`,
  );
};

/** The last index up to `count` of a rising sequence whose time is not after the moment; -1 when all are. */
const lastNotAfter = async (
  count: number,
  moment: number,
  timeOf: (index: number) => number | Promise<number>,
): Promise<number> => {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((await timeOf(middle)) <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** The last of the commits, in order of their versions, that happened at or before a moment; null when none did. */
export const commitAt = async (
  storage: Storage,
  metadata: Metadata,
  commits: readonly ListedCommit[],
  moment: number,
): Promise<number | null> => {
  const since = inCommitTimesSince(metadata);
  if (since !== null && moment >= since.timestamp) {
    const own = commits.filter(({ version }) => version >= since.version);
    const index = await lastNotAfter(own.length, moment, (at) => inCommitTime(storage, own[at]!.version));
    if (index >= 0) return own[index]!.version;
  }
  const byFile = since === null ? commits : commits.filter(({ version }) => version < since.version);
  const times = monotonicTimes(byFile);
  const index = await lastNotAfter(byFile.length, moment, (at) => times[at]!);
  return index < 0 ? null : byFile[index]!.version;
};
