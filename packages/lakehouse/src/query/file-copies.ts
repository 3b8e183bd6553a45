import { randomUUID } from 'node:crypto';
import { mkdir, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { inParallel } from '../in-parallel.ts';
import type { Storage } from '../storage.ts';
import { isFolder } from './table-names.ts';

/** Local paths of data files for the time of a query. */
export type LocalFiles = { readonly paths: readonly string[]; readonly release: () => void };

/** Gives engines that read local files only the data files of any storage. */
export type FileCopies = {
  /** Throws NOT_FOUND when a file is gone, STORAGE_UNAVAILABLE or DISK_FULL with the path. */
  readonly open: (
    storage: Storage,
    files: readonly { readonly path: string; readonly bytes: number }[],
  ) => Promise<LocalFiles>;
  readonly close: () => Promise<void>;
};

type Copy = { readonly local: string; readonly bytes: number; users: number; ready: Promise<void> };

const COPIES_AT_A_TIME = 8;

const copyFile = async (storage: Storage, path: string, bytes: number, local: string): Promise<void> => {
  const data = await storage.readRange(path, 0, bytes);
  try {
    await writeFile(local, data, { flag: 'wx' });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'DISK_FULL' : 'STORAGE_UNAVAILABLE';
    throw new PlatformError(code, `cannot keep a copy of ${storage.location}/${path} as ${local}`, { cause });
  }
};

/**
 * Files of local storages are opened where they are. Those of a store are copied once into `folder`, which is safe
 * since a data file never changes and its name is never used again; the copies used least recently go when there are
 * more than `maxBytes` of them.
 */
export const createFileCopies = (folder: string, maxBytes: number): FileCopies => {
  /** In order of their last use. */
  const copies = new Map<string, Copy>();
  let total = 0;

  const drop = (key: string, copy: Copy): void => {
    copies.delete(key);
    total -= copy.bytes;
    void unlink(copy.local).catch(() => {});
  };

  const trim = (): void => {
    for (const [key, copy] of copies) {
      if (total <= maxBytes) return;
      if (copy.users === 0) drop(key, copy);
    }
  };

  const take = (storage: Storage, path: string, bytes: number): Copy => {
    const key = `${storage.location}\n${path}`;
    let copy = copies.get(key);
    copies.delete(key);
    if (copy === undefined) {
      const local = join(folder, `${randomUUID()}.parquet`);
      copy = { local, bytes, users: 0, ready: Promise.resolve() };
      total += bytes;
      const added = copy;
      copy.ready = mkdir(folder, { recursive: true }).then(() => copyFile(storage, path, bytes, local));
      copy.ready.catch(() => drop(key, added));
    }
    copy.users++;
    copies.set(key, copy);
    return copy;
  };

  return {
    open: async (storage, files) => {
      if (isFolder(storage.location)) {
        return { paths: files.map(({ path }) => join(storage.location, path)), release: () => {} };
      }
      const taken: Copy[] = [];
      const release = (): void => {
        for (const copy of taken.splice(0)) copy.users--;
        trim();
      };
      try {
        await inParallel(files, COPIES_AT_A_TIME, async ({ path, bytes }) => {
          const copy = take(storage, path, bytes);
          taken.push(copy);
          await copy.ready;
        });
        return {
          paths: files.map(({ path }) => copies.get(`${storage.location}\n${path}`)!.local),
          release,
        };
      } catch (error) {
        release();
        throw error;
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
};
