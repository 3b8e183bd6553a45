import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bootId } from '@marketing-streams/platform/boot-id';

/*
 * A store is written without fsync: what a killed process has written survives in the page cache, which is all
 * that its successor needs, and a sync on every transaction would stop the event loop for as long as the disk
 * likes. Only a crash of the operating system can leave a store half written. It is told by the boot id: a store
 * that was not closed cleanly in an earlier life of the machine is not to be trusted.
 */

const FILE = 'boot';
const CLEAN = 'clean';

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
};

const writeDurably = (path: string, text: string): void => {
  const file = openSync(path, 'w');
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
};

/** True when the machine may have crashed while the store was being written. */
export const mayBeTorn = (folder: string): boolean => {
  const noted = read(join(folder, FILE));
  return noted !== null && noted !== CLEAN && noted !== bootId();
};

/**
 * Notes, before the first write, that the store is being written in this life of the machine. A note that says so
 * already is left alone: on a full disk it could only be lost.
 */
export const noteWriting = (folder: string): void => {
  const path = join(folder, FILE);
  const note = bootId() ?? CLEAN;
  if (read(path) !== note) writeDurably(path, note);
};

/** Notes, after the last write is on disk, that the store is whole. */
export const noteClean = (folder: string): void => writeDurably(join(folder, FILE), CLEAN);
