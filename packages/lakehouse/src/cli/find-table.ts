import { isAbsolute, join, resolve } from 'node:path';
import { LOG_FOLDER } from '../log/log-paths.ts';
import { locationBelow, openStorage } from '../open-storage.ts';
import { isFolder, listTableNames, noSuchTable, tableLocation } from '../query/table-names.ts';
import type { FoundTable } from './command.ts';

const openAt = async (name: string, location: string): Promise<FoundTable | null> => {
  const storage = await openStorage(location);
  const log = await storage.list(LOG_FOLDER);
  return log.length === 0 ? null : { name, location: storage.location, storage };
};

const belowDeltaDir = (deltaDir: string, path: string): string =>
  isFolder(deltaDir) ? join(deltaDir, path) : locationBelow(deltaDir, path);

/**
 * The table people mean by `silver.orders`, `silver/orders`, a path or a URL. Throws NOT_FOUND naming the tables there
 * are.
 */
export const findTable = async (deltaDir: string, given: string): Promise<FoundTable> => {
  const isPath = given.includes('/') || given.includes('\\') || isAbsolute(given) || /^\.\.?$/.test(given);
  if (isPath) {
    const direct = await openAt(given, isFolder(given) ? resolve(given) : given);
    if (direct !== null) return direct;
    const below = isFolder(given) ? await openAt(given, belowDeltaDir(deltaDir, given)) : null;
    if (below !== null) return below;
  }
  const names = await listTableNames(deltaDir, openStorage);
  const name = names.find((candidate) => candidate.toLowerCase() === given.toLowerCase());
  const found = name === undefined ? null : await openAt(name, tableLocation(deltaDir, name));
  if (found === null) throw noSuchTable(given, deltaDir, names);
  return found;
};
