import type { Storage, StoredFile } from '../storage.ts';
import { LOG_FOLDER, logNamePrefix, parseLogName } from './log-paths.ts';

/** A commit file of a listing. */
export type ListedCommit = {
  readonly version: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
};

/** A checkpoint all files of which are there. */
export type ListedCheckpoint = { readonly version: number; readonly files: readonly StoredFile[] };

/** What the log's folder holds. */
export type LogListing = {
  /** In order of their versions. */
  readonly commits: readonly ListedCommit[];
  /** Newest first. */
  readonly checkpoints: readonly ListedCheckpoint[];
};

const completeCheckpoints = (files: readonly StoredFile[]): ListedCheckpoint[] => {
  const candidates = new Map<string, { version: number; parts: number; files: StoredFile[] }>();
  for (const file of files) {
    const parsed = parseLogName(file.path);
    if (parsed?.kind !== 'checkpoint') continue;
    const key = `${parsed.version}/${parsed.name}`;
    const candidate = candidates.get(key);
    if (candidate === undefined) {
      candidates.set(key, { version: parsed.version, parts: parsed.parts, files: [file] });
    } else candidate.files.push(file);
  }
  return [...candidates.values()]
    .filter((candidate) => candidate.files.length === candidate.parts)
    .sort((a, b) => b.version - a.version);
};

/** The commits and complete checkpoints among files, which are in order of their names. */
export const logListing = (files: readonly StoredFile[]): LogListing => {
  const commits = files.flatMap((file): readonly ListedCommit[] => {
    const parsed = parseLogName(file.path);
    return parsed?.kind === 'commit' ? [{ version: parsed.version, modifiedAt: file.modifiedAt }] : [];
  });
  return { commits, checkpoints: completeCheckpoints(files) };
};

/** Lists commits and complete checkpoints, from a version on when it is given. */
export const listLog = async (storage: Storage, from?: number): Promise<LogListing> =>
  logListing(await storage.list(LOG_FOLDER, from === undefined ? undefined : logNamePrefix(from)));

/** The versions a complete listing lets a reader start from and end at; null for a folder without a table. */
export const readableVersions = (
  listing: LogListing,
): { readonly oldest: number; readonly newest: number } | null => {
  const { commits, checkpoints } = listing;
  const newest = Math.max(commits.at(-1)?.version ?? -1, checkpoints[0]?.version ?? -1);
  if (newest < 0) return null;
  const oldest = commits[0]?.version === 0 ? 0 : (checkpoints.at(-1)?.version ?? newest);
  return { oldest, newest };
};
