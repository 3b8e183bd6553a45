import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PlatformError } from '@marketing-streams/platform/errors';

/*
 * Processes of one machine share the key indexes of their tables. Containers cannot: LMDB tells its users apart by
 * process id, of which two containers have the same ones, and the second would wait for the end of the first. So the
 * indexes belong to one host at a time (a container is one); instances on others fill indexes of their own, which they
 * take with them. Indexes are hints: any number of them may exist.
 */

/** Where a service's key indexes lie. */
export type IndexRoot = {
  readonly folder: string;
  /** Gives the folder back, and removes one of its own. */
  readonly release: () => Promise<void>;
};

export type IndexRootOptions = {
  /** The folder that all share. */
  readonly shared: string;
  /** The service's own folder: who owns the shared one is noted here, and other instances put theirs here. */
  readonly noteFolder: string;
  readonly host?: string;
  /** Milliseconds; an owner that has not been heard of for that long is gone. Default 15,000. */
  readonly staleAfter?: number;
};

const STALE_MILLISECONDS = 15_000;
/** Long enough for another one that found the owner gone at the same moment to have written. */
const SETTLE_MILLISECONDS = 200;
const FORGET_MILLISECONDS = 86_400_000;
const OWN = 'index-of-';

const ageOf = async (path: string): Promise<number> => Date.now() - (await stat(path)).mtimeMs;

/** True when the shared folder is this host's from now on. */
const claim = async (note: string, host: string, staleAfter: number): Promise<boolean> => {
  try {
    await writeFile(note, host, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = await readFile(note, 'utf8');
  if (owner === host) return true;
  // Nobody's: the disk was full when it was written.
  if (owner !== '' && (await ageOf(note)) < staleAfter) return false;
  // Whole at once: two that write at the same moment must not mix their names.
  const mine = `${note}.${encodeURIComponent(host)}.${process.pid}`;
  await writeFile(mine, host);
  await rename(mine, note);
  await delay(SETTLE_MILLISECONDS);
  return (await readFile(note, 'utf8')) === host;
};

/** Removes what hosts that are long gone have left behind. */
const forgetOthers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.startsWith(OWN) && (await ageOf(path)) > FORGET_MILLISECONDS)
      await rm(path, { recursive: true, force: true });
  }
};

/** Takes the shared folder when no other host uses it, else one of this host's own. Throws DISK_FULL. */
export const takeIndexRoot = async (options: IndexRootOptions): Promise<IndexRoot> => {
  try {
    return await take(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new PlatformError('DISK_FULL', `${options.noteFolder}: no space left on device`, { cause: error });
  }
};

const take = async (options: IndexRootOptions): Promise<IndexRoot> => {
  const { shared, noteFolder, host = hostname(), staleAfter = STALE_MILLISECONDS } = options;
  await mkdir(noteFolder, { recursive: true });
  const note = join(noteFolder, 'index-host');
  const isShared = await claim(note, host, staleAfter);
  const own = join(noteFolder, `${OWN}${encodeURIComponent(host)}`);
  await forgetOthers(noteFolder);
  if (!isShared) await mkdir(own, { recursive: true });
  const seen = isShared ? note : own;
  const touch = async (): Promise<void> => {
    const now = new Date();
    await utimes(seen, now, now);
  };
  await touch();
  const timer = setInterval(() => void touch().catch(() => undefined), staleAfter / 3);
  timer.unref();
  return {
    folder: isShared ? shared : own,
    release: async () => {
      clearInterval(timer);
      // The shared one may have other users on this host, which go on telling that they live.
      if (!isShared) await rm(own, { recursive: true, force: true });
    },
  };
};
