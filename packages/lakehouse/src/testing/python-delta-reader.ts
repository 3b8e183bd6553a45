import { fileURLToPath } from 'node:url';
import { runPython } from './python-environment.ts';

const QUERY = fileURLToPath(new URL('./query_delta.py', import.meta.url));

/** A row as delta-rs reads it, in JSON's terms. */
export type DeltalakeRow = Readonly<Record<string, unknown>>;

/**
 * Runs SQL over a Delta table, called `t` in it, with Python deltalake's QueryBuilder: an independent reader of
 * what this package writes, deletion vectors included. `version` reads the table as it was, and
 * `storageOptions` say how delta-rs reaches a store.
 *
 * Decimals come as text (`"120.50"`), timestamps as ISO text in UTC with microseconds, dates as `YYYY-MM-DD`, bytes
 * as base64, whole numbers past 2^53 as text, maps as lists of [key, value].
 */
export const readWithDeltalake = async (
  tablePath: string,
  sql: string,
  options: {
    readonly version?: number;
    readonly storageOptions?: Readonly<Record<string, string>>;
  } = {},
): Promise<readonly DeltalakeRow[]> =>
  (await runPython({ file: QUERY }, { path: tablePath, sql, ...options })) as readonly DeltalakeRow[];
