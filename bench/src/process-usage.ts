import { readFileSync } from 'node:fs';

/** What a process has used since it began, all of its threads included. */
export type ProcessUsage = {
  readonly cpuSeconds: number;
  /** Resident memory now, and at its largest, in bytes. */
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  /** Of the resident memory now what is not mapped from files. */
  readonly anonymousBytes: number;
};

/** Clock ticks per second in /proc; the kernel's USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

const kilobytes = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1024;

/** Reads /proc, see proc(5). Throws when there is no such process (or no /proc). */
export const usageOf = (pid: number): ProcessUsage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses and may hold anything; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    residentBytes: kilobytes(status, 'VmRSS'),
    peakResidentBytes: kilobytes(status, 'VmHWM'),
    anonymousBytes: kilobytes(status, 'RssAnon'),
  };
};
