import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { sqlError } from './read-statement.ts';
import { quoteString } from './sql-tokens.ts';

export type EngineOptions = {
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where queries that need more memory spill to. */
  readonly temporaryFolder: string;
  readonly temporaryBytes: number;
  /** The only folders whose files can be opened. */
  readonly folders: readonly string[];
};

/**
 * A DuckDB in memory that opens no file outside of some folders, loads no extension, and whose settings cannot be
 * changed any more; times are in UTC. Nothing is checked for changes after it was read: data files never do.
 */
export const openEngine = async (options: EngineOptions): Promise<DuckDBInstance> => {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: options.memoryLimit,
    temp_directory: options.temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const folders = options.folders.map((folder) => quoteString(`${folder}/`)).join(', ');
    for (const setting of [
      "TimeZone = 'UTC'",
      // As an option of the instance it would be shown but not kept to.
      `max_temp_directory_size = '${options.temporaryBytes}B'`,
      'parquet_metadata_cache = true',
      "validate_external_file_cache = 'NO_VALIDATION'",
      `allowed_directories = [${folders}]`,
      'enable_external_access = false',
      'lock_configuration = true',
    ])
      await connection.run(`SET GLOBAL ${setting}`);
  } finally {
    connection.closeSync();
  }
  return instance;
};

/** The error that says what DuckDB said: about the SQL, unless a file or DuckDB itself failed. */
export const engineError = (error: unknown): Error => {
  if (error instanceof PlatformError) return error;
  const message = messageOf(error);
  if (/^(IO|HTTP) Error/.test(message)) {
    return new PlatformError('STORAGE_UNAVAILABLE', message, { cause: error });
  }
  if (/^(INTERNAL|FATAL) Error/.test(message))
    return new PlatformError('INTERNAL', message, { cause: error });
  return sqlError(message, error);
};

/** How often a query that was told to stop is told again: the first time it may be between two steps. */
const INTERRUPT_MILLISECONDS = 20;

/** Runs steps on a connection; when the signal is aborted, the step under way is interrupted. Throws its reason. */
export const interruptible = async <T>(
  connection: DuckDBConnection,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> => {
  if (signal === undefined) return run();
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), INTERRUPT_MILLISECONDS);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await run();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  }
};
