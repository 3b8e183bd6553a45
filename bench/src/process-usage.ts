import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used since it began, all of its threads included. */
export type ProcessUsage = {
  readonly cpuSeconds: number;
  /** Resident memory now, and at its largest, in bytes. */
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  /** Of the resident memory now what is not mapped from files. */
  readonly anonymousBytes: number;
};

/** What one thread has used since it began, by the name it goes by in the kernel. */
export type ThreadTime = { readonly name: string; readonly cpuSeconds: number };

/** Clock ticks per second in /proc; the kernel's USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Of a `stat` file of a process or a thread; its second field is the name in parentheses and may hold anything. */
const parseStat = (stat: string): ThreadTime => {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  // utime and stime are fields 14 and 15.
  return {
    name: stat.slice(stat.indexOf('(') + 1, end),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
};

const kilobytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;

/** Reads /proc, see proc(5). Throws when there is no such process (or no /proc). */
export const usageOf = (pid: number): ProcessUsage => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuSeconds: parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).cpuSeconds,
    residentBytes: kilobytes(status, 'VmRSS'),
    peakResidentBytes: kilobytes(status, 'VmHWM'),
    anonymousBytes: kilobytes(status, 'RssAnon'),
  };
};

/** The living threads of a process by their ids; a thread that ends while they are read is left out. */
export const threadTimesOf = (pid: number): ReadonlyMap<string, ThreadTime> => {
  const times = new Map<string, ThreadTime>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      times.set(thread, parseStat(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')));
    } catch {}
  }
  return times;
};
