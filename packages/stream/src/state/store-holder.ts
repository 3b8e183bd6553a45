import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'pid';

/** Notes that this process uses the store in the folder. */
export const noteHolder = (folder: string): void => writeFileSync(join(folder, FILE), String(process.pid));

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/**
 * True when the process that used the store last is stopped (SIGSTOP, a debugger). If it was stopped in the
 * middle of a write it holds LMDB's lock, and whoever so much as opens the store would wait for it for ever.
 * Told by Linux's /proc; elsewhere, and across containers, always false.
 */
export const isHeldByStoppedProcess = (folder: string): boolean => {
  const pid = Number(read(join(folder, FILE)) ?? Number.NaN);
  if (!Number.isSafeInteger(pid) || pid === process.pid) return false;
  // pid (command) state …: the command may hold anything, so the state is sought after its last bracket.
  const stat = read(`/proc/${pid}/stat`);
  const state = stat?.slice(stat.lastIndexOf(')') + 2).charAt(0);
  return state === 'T' || state === 't';
};
