import { PlatformError } from '@marketing-streams/platform/errors';
import type { Storage } from '../storage.ts';
import { commitAt, monotonicTimes } from './commit-times.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { listLog, readableVersions } from './log-listing.ts';

const iso = (milliseconds: number): string =>
  Number.isFinite(milliseconds) && Math.abs(milliseconds) <= 8.64e15
    ? new Date(milliseconds).toISOString()
    : String(milliseconds);

/**
 * The version a table had at a moment (epoch milliseconds): that of the last commit at or before it. Null when
 * there is no table. Throws NOT_FOUND naming the times there are when the moment lies before the first commit that
 * can still be read, or after `now`.
 */
export const versionAt = async (storage: Storage, moment: number, now: number): Promise<number | null> => {
  const loaded = await loadSnapshot(storage, { tombstones: false });
  if (loaded === null) return null;
  const listing = await listLog(storage);
  const oldest = readableVersions(listing)?.oldest ?? loaded.snapshot.version;
  const commits = listing.commits.filter(({ version }) => version >= oldest);
  const version = moment > now ? null : await commitAt(storage, loaded.snapshot.metadata!, commits, moment);
  if (version !== null) return version;
  const first = monotonicTimes(commits)[0] ?? now;
  throw new PlatformError(
    'NOT_FOUND',
    moment > now
      ? `${storage.location}: ${iso(moment)} has not come yet; it is ${iso(now)}`
      : `${storage.location}: there is no version of ${iso(moment)}; the oldest that can be read is version ${oldest} of ${iso(first)}`,
    { details: { field: 'timestamp', value: moment } },
  );
};
