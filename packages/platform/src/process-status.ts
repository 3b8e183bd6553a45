import { readFileSync } from 'node:fs';

/** What the system says about a process. */
export type ProcessStatus = {
  /** One letter: R runs, S sleeps, T is stopped by a signal, t by a debugger, Z has ended and waits to be collected. */
  readonly state: string;
  /** When it started, in ticks since the machine did: tells processes apart that were given the same id. */
  readonly started: string;
};

/** From Linux's /proc; null for a process that does not exist, and for every process elsewhere. */
export const processStatus = (pid: number): ProcessStatus | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // pid (command) state …: the command may hold anything, so the fields are sought after its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return null;
  }
};
