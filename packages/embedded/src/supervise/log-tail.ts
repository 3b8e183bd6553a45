import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 16_384;

/** A message to a person that quotes a log line stays readable. */
const LONGEST_LINE = 300;

/** The last lines of a text file, oldest first, looking only at what lies behind `fromByte`. */
export const lastLines = (file: string, fromByte: number): string[] => {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return []; // No log yet: nothing was written.
  }
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(Math.min(fromByte, size), size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
  } finally {
    closeSync(descriptor);
  }
};

/** What a log line says to a person: the message of a JSON line, else the line without its time stamp. */
export const readableLine = (line: string): string => {
  try {
    const entry = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown }; cause?: unknown };
    const parts = [entry.msg, entry.err?.message, entry.cause].filter((part) => typeof part === 'string');
    // A message often quotes its cause.
    const distinct = parts.filter((part, index) => !parts.slice(0, index).some((one) => one.includes(part)));
    return distinct.length > 0 ? distinct.join(': ') : line;
  } catch {
    return line.replace(/^\[?\d{4}-\d{2}-\d{2}[T ][\d:.,]+Z?\]?\s*/, '').trim();
  }
};

/**
 * The line that most likely says why a process ended: the newest error, else the newest line that is not part
 * of a stack trace. Empty when nothing was written.
 */
export const tellingLine = (lines: readonly string[]): string => {
  const statements = lines.filter((line) => !/^\s|^Caused by:|^\.\.\.|^[{}]$|^Node\.js v/.test(line));
  const failure = statements.findLast((line) =>
    /"level":"(fatal|error)"|\b(FATAL|ERROR)\b|Error:/.test(line),
  );
  return readableLine(failure ?? statements.at(-1) ?? '').slice(0, LONGEST_LINE);
};
