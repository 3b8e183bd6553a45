import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that should have ended. */
export type LeftProcess = { readonly pid: number; readonly command: string };

const POLL_MILLISECONDS = 100;

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // It ended meanwhile, or belongs to somebody else.
  }
};

/**
 * The processes, of whatever parent, that were started with `name=value` in their environment: children hand it
 * on, so it marks everything that a run has started. A zombie has no environment and is not counted.
 * Linux only; elsewhere the list is empty.
 */
const processesMarked = (name: string, value: string): LeftProcess[] => {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(`${name}=${value}`))
    .map((pid) => ({
      pid: Number(pid),
      command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 120),
    }));
};

/** Waits until no process carries the mark, at most `milliseconds`; gives those that still do. */
export const waitUntilGone = async (
  name: string,
  value: string,
  milliseconds: number,
): Promise<readonly LeftProcess[]> => {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const left = processesMarked(name, value);
    if (left.length === 0 || Date.now() >= deadline) return left;
    await delay(POLL_MILLISECONDS);
  }
};
