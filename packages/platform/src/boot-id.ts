import { readFileSync } from 'node:fs';

/**
 * The id of this life of the machine, another one after each start of the operating system; null where the system
 * does not tell (macOS). What was written without fsync is whole as long as it has not changed: the page cache
 * outlives processes.
 */
export const bootId = (): string | null => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
};
