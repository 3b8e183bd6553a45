import { isPlatformError, type PlatformError } from '@marketing-streams/platform/errors';

/** Tables that cannot be written at the moment, for the health of the service. */
export type TableTroubles = {
  readonly failed: (error: PlatformError, table: string | null) => void;
  readonly committed: (table: string) => void;
  /** What is wrong, or null. A table that nothing waits for is not in trouble. */
  readonly problem: (waiting: ReadonlySet<string>) => string | null;
};

/**
 * Remembers why a table could not be written until a commit goes through. Between two tries the sink looks healthy:
 * it reads its positions, fetches and fails only with the commit. Moved positions and conflicts are everyday
 * matters of sinks that share a table, and not told.
 */
export const createTableTroubles = (): TableTroubles => {
  const troubles = new Map<string, string>();
  return {
    failed: (error, table) => {
      if (table !== null && isPlatformError(error, 'DISK_FULL', 'STORAGE_UNAVAILABLE'))
        troubles.set(table, error.message);
    },
    committed: (table) => void troubles.delete(table),
    problem: (waiting) => {
      for (const [table, message] of troubles) if (waiting.has(table)) return `${table}: ${message}`;
      return null;
    },
  };
};
