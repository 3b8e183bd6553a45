import type { Storage } from '../storage.ts';

/**
 * A value of a result, good for JSON without loss:
 *
 * | type | value |
 * |---|---|
 * | whole numbers of any size | number while it is exact (up to 2^53), else text of digits |
 * | DECIMAL | text, `"120.50"` |
 * | FLOAT, DOUBLE | number; `"NaN"`, `"Infinity"`, `"-Infinity"` |
 * | TIMESTAMP WITH TIME ZONE (Delta's timestamp) | ISO text in UTC: `"2026-01-01T00:00:00.000Z"`, with microseconds where there are any |
 * | TIMESTAMP | the same without `Z` |
 * | DATE | text, `"2026-01-01"` |
 * | BLOB | base64 |
 * | lists | array |
 * | STRUCT | object by field name |
 * | MAP | object by key; an array of [key, value] when keys are no strings |
 * | TIME, INTERVAL, UUID, BIT and others | DuckDB's text |
 */
export type QueryValue =
  | null
  | boolean
  | number
  | string
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

/** What a parameter of a query (`?`, `$1`, `$name`) may be. */
export type QueryParameter = null | boolean | number | bigint | string | Date | Uint8Array;

export type QueryColumn = {
  /** Unique in the result: a second `n` is called `n:1`. */
  readonly name: string;
  /** DuckDB's name for the type, such as `DECIMAL(18,2)`. */
  readonly type: string;
};

/** What was read of a table for a query. */
export type QueriedTable = { readonly name: string; readonly version: number };

export type QueryResult = {
  readonly columns: readonly QueryColumn[];
  /** Values by column name. */
  readonly rows: readonly Readonly<Record<string, QueryValue>>[];
  /** True when there are more rows than `maxRows`. */
  readonly truncated: boolean;
  readonly tables: readonly QueriedTable[];
};

export type QueryOptions = {
  /** Stops the query; it rejects with the signal's reason. `AbortSignal.timeout(ms)` limits its time. */
  readonly signal?: AbortSignal;
  /** Rows given at most; default 10,000. */
  readonly maxRows?: number;
};

export type LakehouseOptions = {
  /** Folder or `s3://bucket/prefix` that holds the tables as `<layer>/<table>`. */
  readonly deltaDir: string;
  /** Tables elsewhere by the name that queries call them, a single word. */
  readonly otherTables?: Readonly<Record<string, string>>;
  /** DuckDB's limit, such as `512MB` (default); queries that need more spill to disk up to four times as much. */
  readonly memoryLimit?: string;
  /** Threads of DuckDB; default 2. */
  readonly threads?: number;
  /** Queries that run at the same time, others wait; default 2. Each occupies a thread of Node's pool of four. */
  readonly concurrency?: number;
  /** Bytes of data files of a store kept as local copies; default 1 GiB. */
  readonly cacheBytes?: number;
  /** How a table's location is opened; folders and `s3://` unless told. */
  readonly openStorage?: (location: string) => Promise<Storage>;
  /** Epoch milliseconds; the wall clock unless told. */
  readonly clock?: () => number;
};

/** The tables below a folder as a database that can only be read. */
export type Lakehouse = {
  /**
   * Runs one SELECT (or WITH, FROM, VALUES, DESCRIBE, SUMMARIZE) in DuckDB's dialect. Tables are named
   * `<layer>.<table>`; `silver.orders VERSION AS OF 12`, `silver.orders TIMESTAMP AS OF '2026-01-01T00:00:00Z'` and
   * DuckDB's `silver.orders AT (VERSION => 12)` read them as they were. Each table is seen at one version, the newest
   * when the query begins.
   *
   * Throws VALUE_INVALID (field `sql`) with DuckDB's message for SQL that is wrong, that is no query, that asks for
   * anything but tables, or whose values fail it; NOT_FOUND naming the tables or versions there are; DELTA_* and
   * STORAGE_UNAVAILABLE as reading a table does; the reason of the signal when that stopped it.
   */
  readonly query: (
    sql: string,
    parameters?: readonly QueryParameter[] | Readonly<Record<string, QueryParameter>>,
    options?: QueryOptions,
  ) => Promise<QueryResult>;
  /** Names of the tables there are, in order: `gold.customer_360`. */
  readonly tables: () => Promise<readonly string[]>;
  /** Waits for the queries under way and frees everything. */
  readonly close: () => Promise<void>;
};
