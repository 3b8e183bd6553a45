import { readFileSync, statSync } from 'node:fs';
import type { ServiceProcess } from './service-process.ts';

/** One line of a service's log; `msg` says what happened, `level` is pino's name. */
export type LogEntry = { readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

/** How much an instance has logged so far, in bytes: where `logSince` begins. */
export const logMark = ({ logFile }: ServiceProcess): number =>
  statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;

const parse = (line: string): LogEntry[] => {
  try {
    return [JSON.parse(line) as LogEntry];
  } catch {
    // Node's own words, or a line that is just being written.
    return [];
  }
};

/** What an instance has logged since the mark; a frozen one writes nothing. */
export const logSince = ({ logFile }: ServiceProcess, mark = 0): readonly LogEntry[] =>
  readFileSync(logFile).subarray(mark).toString('utf8').split('\n').flatMap(parse);
