import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { LOG_FOLDER } from '../log/log-paths.ts';
import { locationBelow } from '../open-storage.ts';
import type { Storage } from '../storage.ts';

type OpenStorage = (location: string) => Promise<Storage>;

/** True for a folder's path, false for a URL such as `s3://bucket/prefix`. */
export const isFolder = (location: string): boolean => !/^[a-z][a-z0-9+.-]*:\/\//i.test(location);

const subfolders = async (folder: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() || entry.isSymbolicLink() ? [entry.name] : []));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new PlatformError('STORAGE_UNAVAILABLE', `cannot list ${folder}: ${code ?? String(error)}`, {
      cause: error,
    });
  }
};

const hasLog = (folder: string): Promise<boolean> =>
  stat(join(folder, LOG_FOLDER)).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

/** A folder at the root of a disk that nobody but root may list. */
const LOST_AND_FOUND = 'lost+found';

const inFolder = async (folder: string): Promise<readonly string[]> => {
  const names: string[] = [];
  for (const layer of await subfolders(folder)) {
    if (layer.includes('.') || layer === LOST_AND_FOUND) continue;
    for (const table of await subfolders(join(folder, layer))) {
      if (await hasLog(join(folder, layer, table))) names.push(`${layer}.${table}`);
    }
  }
  return names;
};

const inStore = async (storage: Storage): Promise<readonly string[]> => {
  const names = new Set<string>();
  for await (const { path } of storage.walk('')) {
    const parts = path.split('/');
    if (parts[2] === LOG_FOLDER && !parts[0]!.includes('.')) names.add(`${parts[0]}.${parts[1]}`);
  }
  return [...names];
};

/**
 * The names of the tables below a folder or URL, `<layer>.<table>` for `<layer>/<table>/_delta_log`, in order; none
 * when the folder does not exist. A store is asked for all of its files, since it has no folders. Throws
 * STORAGE_UNAVAILABLE with the path.
 */
export const listTableNames = async (
  deltaDir: string,
  openStorage: OpenStorage,
): Promise<readonly string[]> => {
  const names = isFolder(deltaDir) ? await inFolder(deltaDir) : await inStore(await openStorage(deltaDir));
  return [...names].sort();
};

/** Where the table of a listed name is: its layer's name has no dot. */
export const tableLocation = (deltaDir: string, name: string): string => {
  const dot = name.indexOf('.');
  return locationBelow(deltaDir, name.slice(0, dot), name.slice(dot + 1));
};

/** What an unknown table is answered with. */
export const noSuchTable = (name: string, deltaDir: string, names: readonly string[]): PlatformError => {
  const known = names.length === 0 ? `there are none in ${deltaDir} yet` : `there are ${names.join(', ')}`;
  return new PlatformError('NOT_FOUND', `there is no table ${name}: ${known}`, {
    details: { field: 'table', value: name },
  });
};

/** Finds tables by name. */
export type TableNames = {
  /** The names as they are now. */
  readonly list: () => Promise<readonly string[]>;
  /** Location of a table, upper and lower case being the same; throws NOT_FOUND naming the tables there are. */
  readonly locate: (name: string) => Promise<{ readonly name: string; readonly location: string }>;
};

/**
 * The tables of a folder, and those elsewhere that have a name of their own. Only what a listing has shown is ever
 * opened, whatever a query calls its tables.
 */
export const createTableNames = (
  deltaDir: string,
  elsewhere: Readonly<Record<string, string>>,
  openStorage: OpenStorage,
): TableNames => {
  const located = new Map<string, { readonly name: string; readonly location: string }>();
  const put = (name: string, location: string): void =>
    void located.set(name.toLowerCase(), { name, location });
  for (const [name, location] of Object.entries(elsewhere)) put(name, location);
  const list = async (): Promise<readonly string[]> => {
    const names = await listTableNames(deltaDir, openStorage);
    for (const name of names) {
      put(name, tableLocation(deltaDir, name));
    }
    return names;
  };
  return {
    list,
    locate: async (name) => {
      const key = name.toLowerCase();
      if (!located.has(key)) await list();
      const found = located.get(key);
      if (found !== undefined) return found;
      throw noSuchTable(name, deltaDir, [...located.values()].map((table) => table.name).sort());
    },
  };
};
