import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Changes whenever older indexes cannot be read any more. */
const FORMAT = 3;

/** What this package ever made in an index folder: a folder per format and life, before that LMDB's files. */
const OWN = /^(\d+-.+|data\.mdb|lock\.mdb)$/;

/** Where the store of an index is and how it is to be written. */
export type IndexFolder = {
  readonly path: string;
  /** True when the store must be synced with each write. */
  readonly synced: boolean;
};

/**
 * The part of an index folder that belongs to this life of the machine. Stores are written without fsync: what a
 * killed process has written is in the page cache, and only a crash of the operating system can tear a store. So
 * each life has a folder of its own, and what an earlier life left is deleted: nobody can have it open any more,
 * and the index is filled again from the table. Where the system does not tell its lives apart, stores are synced.
 */
export const prepareIndexFolder = (folder: string, life: string | null): IndexFolder => {
  const name = `${FORMAT}-${life ?? 'synced'}`;
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const other of readdirSync(folder)) {
    if (other !== name && OWN.test(other)) rmSync(join(folder, other), { recursive: true, force: true });
  }
  return { path, synced: life === null };
};
