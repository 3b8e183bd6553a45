import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1_000, MB: 1_000_000, GB: 1_000_000_000 };

/** The size in a line of Maven's, "Downloaded from central: … (1.2 MB at 3.4 MB/s)"; null for other lines. */
export const downloadedBytes = (line: string): number | null => {
  const match = /Downloaded from .*\((\d+(?:\.\d+)?) ([kMG]?B) at /.exec(line);
  return match === null ? null : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0);
};

/** The path behind the host in "Downloading from central: …"; null for other lines. */
export const downloadingPath = (line: string): string[] | null => {
  const match = /Downloading from [^:]+: [a-z]+:\/\/[^/]+\/(\S+)/.exec(line);
  return match === null ? null : (match[1] ?? '').split('/');
};

/**
 * The bytes of a file that Maven is fetching into its local repository: in batch mode it says nothing between
 * the start and the end of a file, and one file is most of the download. A mirror may have leading folders in
 * its address, so they are dropped one by one until the rest is a folder of the local repository.
 */
const bytesOnTheWay = (path: readonly string[], localRepository: string): number => {
  const file = path.at(-1) ?? '';
  for (let skip = 0; skip < path.length - 1; skip++) {
    const folder = join(localRepository, ...path.slice(skip, -1));
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch {
      continue;
    }
    return names
      .filter((name) => name.includes(file) && /\.(tmp|part)$/.test(name))
      .reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
  }
  return 0;
};

export type ReceivedBytes = {
  /** Takes one line of Maven's output. */
  readonly onLine: (line: string) => void;
  /** Bytes fetched so far, those of unfinished files included where Maven keeps them in the usual place. */
  readonly total: () => number;
};

/** Counts what Maven downloads. */
export const countReceivedBytes = (
  localRepository: string = join(homedir(), '.m2', 'repository'),
): ReceivedBytes => {
  const underWay = new Map<string, string[]>();
  let finished = 0;
  return {
    onLine: (line) => {
      const path = downloadingPath(line);
      if (path !== null) underWay.set(path.at(-1) ?? '', path);
      const size = downloadedBytes(line);
      if (size === null) return;
      finished += size;
      const file = /\/([^/\s]+) \(/.exec(line)?.[1];
      if (file !== undefined) underWay.delete(file);
    },
    total: () =>
      [...underWay.values()].reduce((sum, path) => sum + bytesOnTheWay(path, localRepository), finished),
  };
};
