/** A file as a listing shows it. */
export type StoredFile = {
  /** Relative to the storage's root, with `/` between folders. */
  readonly path: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
};

/**
 * Where a table's files live. Paths are relative to the table's root, with `/` between folders.
 * Every method throws STORAGE_UNAVAILABLE (or DISK_FULL) with the path when the store cannot do it.
 */
export type Storage = {
  /** The root as an engine such as DuckDB or delta-rs names it: a folder or a URL. */
  readonly location: string;
  /** The whole file, or null when there is none. */
  readonly read: (path: string) => Promise<Buffer | null>;
  /** Bytes from `start` to before `end`. Throws NOT_FOUND when there is no such file. */
  readonly readRange: (path: string, start: number, end: number) => Promise<Buffer>;
  /** Writes a file of a new, unique name; durable when it resolves. */
  readonly write: (path: string, data: Uint8Array) => Promise<void>;
  /** Writes or replaces a file as a whole: readers see the old or the new one; for hints such as `_last_checkpoint`. */
  readonly replace: (path: string, data: Uint8Array) => Promise<void>;
  /**
   * Creates a file as a whole unless one of that name exists; false when it does. Durable when it resolves. This
   * is what makes a commit atomic: of several writers exactly one gets true.
   */
  readonly putIfAbsent: (path: string, data: Uint8Array) => Promise<boolean>;
  /**
   * Files directly in a folder, in order of their names; from the name `startAt` on when it is given. A file that
   * vanishes meanwhile may be missing.
   */
  readonly list: (folder: string, startAt?: string) => Promise<readonly StoredFile[]>;
  /**
   * Every file below a folder, in no order, those that an interrupted write left behind included. A file that
   * vanishes meanwhile may be missing.
   */
  readonly walk: (folder: string) => AsyncIterable<StoredFile>;
  /** Deletes a file; one that is gone already is fine. */
  readonly delete: (path: string) => Promise<void>;
};

const TEMPORARY_NAME = /(?:^|\/)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/** True for the path of what an interrupted write of a storage leaves behind. */
export const isTemporary = (path: string): boolean => TEMPORARY_NAME.test(path);
