import type { RootDatabase } from 'lmdb';

/** A file that was announced, when (epoch milliseconds). */
export type Announcement = { readonly path: string; readonly announcedAt: number };

/**
 * The data files that the index knows, each under a short id that locations name it by. A file is announced while
 * its rows are being put in and until a version of the table is known to hold it; it is registered once all its
 * rows are in. Everything that changes is to be called inside of a transaction.
 */
export type FileRegister = {
  /** The path of a file that is announced or registered. */
  readonly pathOf: (id: number) => string | undefined;
  /** True when locations in the file may mean something; unlike `pathOf` never outdated. */
  readonly isKnown: (id: number) => boolean;
  readonly isRegistered: (path: string) => boolean;
  /** The file's id, a new one when it has none. */
  readonly idOf: (path: string) => number;
  readonly register: (path: string, id: number) => void;
  /** The file's id, the file being announced from now on. */
  readonly beginAnnouncement: (path: string, now: number) => number;
  readonly endAnnouncement: (path: string) => void;
  readonly isAnnounced: (id: number) => boolean;
  readonly announcedIds: () => ReadonlySet<number>;
  readonly announcements: () => readonly Announcement[];
  readonly forget: (path: string) => void;
  readonly clear: () => void;
};

/** A registered or announced file. */
type FileEntry = {
  readonly id: number;
  readonly registered: boolean;
  /** Epoch milliseconds, while it is announced. */
  readonly announcedAt?: number;
};

const NEXT_ID = 'next-id';

/** Paths that are kept in memory before they are forgotten and read again. */
const MAX_CACHED_PATHS = 100_000;

/** The register in the databases of an environment. */
export const createFileRegister = (root: RootDatabase): FileRegister => {
  const entries = root.openDB<FileEntry, string>({ name: 'files', encoding: 'json' });
  const paths = root.openDB<string, number>({ name: 'file-paths', encoding: 'string' });
  const announcements = root.openDB<string, number>({ name: 'announced', encoding: 'string' });
  const counter = root.openDB<number, string>({ name: 'file-counter', encoding: 'json' });

  /** A path never gets another id while it has one, and no id is given twice: what is cached cannot turn wrong. */
  const cached = new Map<number, string>();

  const idOf = (path: string): number => {
    const known = entries.get(path);
    if (known !== undefined) return known.id;
    const id = counter.get(NEXT_ID) ?? 0;
    counter.putSync(NEXT_ID, id + 1);
    paths.putSync(id, path);
    entries.putSync(path, { id, registered: false });
    return id;
  };

  const forget = (path: string): void => {
    const entry = entries.get(path);
    if (entry === undefined) return;
    entries.removeSync(path);
    paths.removeSync(entry.id);
    announcements.removeSync(entry.id);
    cached.delete(entry.id);
  };

  return {
    pathOf: (id) => {
      let path = cached.get(id);
      if (path === undefined) {
        path = paths.get(id);
        if (cached.size >= MAX_CACHED_PATHS) cached.clear();
        if (path !== undefined) cached.set(id, path);
      }
      return path;
    },
    isKnown: (id) => paths.doesExist(id),
    isRegistered: (path) => entries.get(path)?.registered ?? false,
    idOf,
    register: (path, id) => entries.putSync(path, { ...entries.get(path), id, registered: true }),
    beginAnnouncement: (path, now) => {
      const id = idOf(path);
      entries.putSync(path, { id, registered: false, announcedAt: now });
      announcements.putSync(id, path);
      return id;
    },
    endAnnouncement: (path) => {
      const { id, registered } = entries.get(path)!;
      entries.putSync(path, { id, registered });
      announcements.removeSync(id);
    },
    isAnnounced: (id) => announcements.doesExist(id),
    announcedIds: () => new Set(announcements.getKeys()),
    announcements: () =>
      [...announcements.getRange()].flatMap(({ value: path }) => {
        const announcedAt = entries.get(path)?.announcedAt;
        return announcedAt === undefined ? [] : [{ path, announcedAt }];
      }),
    forget,
    clear: () => {
      // Ids go on counting, so that no location of before can be taken for one of after.
      entries.clearSync();
      paths.clearSync();
      announcements.clearSync();
      cached.clear();
    },
  };
};
