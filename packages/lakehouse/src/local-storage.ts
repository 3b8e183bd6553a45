import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Storage } from './storage.ts';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const failed = (action: string, path: string, cause: unknown): PlatformError => {
  const code = codeOf(cause);
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new PlatformError('DISK_FULL', `${path}: no space left to ${action} it: free some and start again`, {
        cause,
      })
    : new PlatformError('STORAGE_UNAVAILABLE', `cannot ${action} ${path}: ${code ?? String(cause)}`, {
        cause,
      });
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Makes a folder and those above it that are missing; a folder's name survives a loss of power as its content does. */
const makeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
};

/** Opens a file that is not there yet; its folder is there as a rule. */
const openNew = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    return open(path, 'wx');
  }
};

/** Writes a whole file and waits until the disk has it; what was written of it is removed when that fails. */
const writeDurably = async (path: string, data: Uint8Array): Promise<void> => {
  const handle = await openNew(path);
  try {
    await handle.writeFile(data);
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => {});
    await unlink(path).catch(() => {});
    throw error;
  }
};

/** Null for a file that is gone by now, as clean-up and vacuum delete files of folders that others list. */
const statIfPresent = async (path: string): Promise<Stats | null> => {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

const temporaryName = (path: string): string => join(dirname(path), `.${randomUUID()}.tmp`);

/**
 * A folder of the local file system. A commit is a synced temporary file that `link()` gives its name: the file
 * appears whole or not at all, and of several writers the kernel lets one win (EEXIST for the others). A rename
 * would silently replace somebody else's commit. The folder is synced afterwards, so that the name survives a
 * loss of power as the data does.
 */
export const localStorage = (folder: string): Storage => {
  const root = resolve(folder);
  const at = (path: string): string => join(root, path);
  const guarded = async <T>(action: string, path: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw failed(action, path, error);
    }
  };
  return {
    location: root,
    read: (path) =>
      guarded('read', at(path), async () => {
        try {
          return await readFile(at(path));
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return null;
          throw error;
        }
      }),
    readRange: async (path, start, end) => {
      const buffer = Buffer.allocUnsafe(end - start);
      let handle: FileHandle;
      try {
        handle = await open(at(path), 'r');
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') throw failed('read', at(path), cause);
        throw new PlatformError('NOT_FOUND', `${at(path)} does not exist`, { cause });
      }
      try {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
        return buffer.subarray(0, bytesRead);
      } catch (error) {
        throw failed('read', at(path), error);
      } finally {
        await handle.close();
      }
    },
    write: (path, data) =>
      guarded('write', at(path), async () => {
        await writeDurably(at(path), data);
        await syncFolder(dirname(at(path)));
      }),
    replace: (path, data) =>
      guarded('write', at(path), async () => {
        const temporary = temporaryName(at(path));
        await writeDurably(temporary, data);
        await rename(temporary, at(path));
        await syncFolder(dirname(at(path)));
      }),
    putIfAbsent: (path, data) =>
      guarded('write', at(path), async () => {
        const temporary = temporaryName(at(path));
        await writeDurably(temporary, data);
        try {
          await link(temporary, at(path));
        } catch (error) {
          if (codeOf(error) === 'EEXIST') return false;
          throw error;
        } finally {
          await unlink(temporary);
        }
        await syncFolder(dirname(at(path)));
        return true;
      }),
    list: (path, startAt = '') =>
      guarded('list', at(path), async () => {
        let names: string[];
        try {
          names = await readdir(at(path));
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return [];
          throw error;
        }
        const wanted = names.filter((name) => name >= startAt && !name.endsWith('.tmp')).sort();
        const found = await Promise.all(
          wanted.map(async (name) => {
            const stats = await statIfPresent(at(join(path, name)));
            return stats?.isFile()
              ? [{ path: join(path, name), bytes: stats.size, modifiedAt: stats.mtimeMs }]
              : [];
          }),
        );
        return found.flat();
      }),
    walk: async function* (folder) {
      const found = await guarded('list', at(folder), async () => {
        try {
          return await readdir(at(folder), { recursive: true, withFileTypes: true });
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return [];
          throw error;
        }
      });
      for (const entry of found) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        const stats = await guarded('list', path, () => statIfPresent(path));
        if (stats !== null)
          yield { path: relative(root, path), bytes: stats.size, modifiedAt: stats.mtimeMs };
      }
    },
    delete: (path) =>
      guarded('delete', at(path), async () => {
        try {
          await unlink(at(path));
        } catch (error) {
          if (codeOf(error) !== 'ENOENT') throw error;
        }
      }),
  };
};
