import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStatus } from '@marketing-streams/platform/process-status';

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

/** True when no other process has used the store since this one noted it. */
export const isHolder = (folder: string): boolean => read(join(folder, FILE)) === String(process.pid);

/**
 * True when the process that used the store last is stopped (SIGSTOP, a debugger). If it was stopped in the
 * middle of a write it holds LMDB's lock, and whoever so much as opens the store would wait for it for ever.
 * Told by Linux's /proc; elsewhere, and across containers, always false.
 */
export const isHeldByStoppedProcess = (folder: string): boolean => {
  const pid = Number(read(join(folder, FILE)) ?? Number.NaN);
  if (!Number.isSafeInteger(pid) || pid === process.pid) return false;
  const state = processStatus(pid)?.state;
  return state === 'T' || state === 't';
};
