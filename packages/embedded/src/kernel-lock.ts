import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/** A lock that this process holds until it releases it or dies. */
export type KernelLock = { readonly release: () => void };

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 261);

/**
 * Takes an exclusive lock named by a file, or gives null when another process has it.
 *
 * Node has no `flock`, and a file that holds a process id goes stale with a crash and is fooled by an id that
 * was given away again. SQLite's exclusive transaction is a lock of the kernel on the file: it ends with the
 * process, whatever ended it. The file stays empty; `<file>.pid` says for people who holds it.
 */
export const tryKernelLock = (file: string): KernelLock | null => {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  writeFileSync(`${file}.pid`, `${process.pid}\n`);
  return {
    release: () => {
      rmSync(`${file}.pid`, { force: true });
      database.close();
    },
  };
};

/** The process id that holds the lock, as far as it has said so. */
export const lockHolder = (file: string): number | null => {
  try {
    return Number.parseInt(readFileSync(`${file}.pid`, 'utf8'), 10) || null;
  } catch {
    return null;
  }
};

/** Waits for the lock; `onWait` is called once when another process has it. */
export const waitForKernelLock = async (file: string, onWait: () => void): Promise<KernelLock> => {
  let told = false;
  for (;;) {
    const lock = tryKernelLock(file);
    if (lock !== null) return lock;
    if (!told) onWait();
    told = true;
    await delay(200);
  }
};
