import type { Storage, StoredFile } from '../storage.ts';

/**
 * A storage whose files were last modified by a clock of the test: ages of files, commit times and retentions can
 * then be tested without waiting. Files that were there before keep the time of the storage below.
 */
export const clockedStorage = (storage: Storage, clock: () => number): Storage => {
  const modifiedAt = new Map<string, number>();
  const timed = (file: StoredFile): StoredFile => ({
    ...file,
    modifiedAt: modifiedAt.get(file.path) ?? file.modifiedAt,
  });
  return {
    ...storage,
    write: async (path, data) => {
      await storage.write(path, data);
      modifiedAt.set(path, clock());
    },
    replace: async (path, data) => {
      await storage.replace(path, data);
      modifiedAt.set(path, clock());
    },
    putIfAbsent: async (path, data) => {
      const created = await storage.putIfAbsent(path, data);
      if (created) modifiedAt.set(path, clock());
      return created;
    },
    list: async (folder, startAt) => (await storage.list(folder, startAt)).map(timed),
    walk: async function* (folder) {
      for await (const file of storage.walk(folder)) yield timed(file);
    },
  };
};
