import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { PlatformError } from '@marketing-streams/platform/errors';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { Row } from '../schema/table-schema.ts';

/** Where a row lies: the data file's path as the log spells it, and the row's number in it. */
export type RowLocation = { readonly path: string; readonly row: number };

/** What the index reflects: a version of one table under one choice of keys. */
export type IndexStamp = { readonly tableId: string; readonly version: number };

/** A data file whose rows are to be found: the keys of its rows by row number, null for rows not visible. */
export type IndexedFile = { readonly path: string; readonly keys: readonly (string | null)[] };

/**
 * The way from a key to its row, on disk. An entry is a hint: it is good only while its file is live in the table
 * and the row is not in the file's deletion vector. Entries of deleted and replaced rows are therefore simply left
 * behind, and nothing of a lost, outdated or crashed index can make the table wrong as long as the stamp is right.
 */
export type KeyIndex = {
  readonly stamp: () => IndexStamp | null;
  readonly find: (key: string) => RowLocation | null;
  /** True when the rows of this data file have been put in. */
  readonly hasFile: (path: string) => boolean;
  /**
   * Puts in the rows of new files, forgets files that are gone and keys that are deleted, and sets the stamp, all
   * in one transaction. False, with nothing changed, when the stamp is not `from` any more: another process uses
   * the same folder and was first.
   */
  readonly advance: (
    from: IndexStamp | null,
    to: IndexStamp,
    change: {
      readonly added: readonly IndexedFile[];
      readonly gone: readonly string[];
      readonly deletedKeys: readonly string[];
    },
  ) => boolean;
  /** Empties the index, so that it is filled again from the table's files. */
  readonly clear: () => void;
  readonly close: () => Promise<void>;
};

/** LMDB takes keys of up to 1978 bytes; longer ones are told by their hash. */
const LONGEST_KEY_BYTES = 1500;

const STAMP = 'stamp';
const NEXT_FILE = 'next-file';

const storedKey = (key: string): string =>
  key.length * 3 > LONGEST_KEY_BYTES && Buffer.byteLength(key) > LONGEST_KEY_BYTES
    ? `sha256:${createHash('sha256').update(key).digest('hex')}`
    : key;

/**
 * The key of a row as one string: the value itself for a single string column, else the values as a JSON list.
 * Throws DELTA_SCHEMA_MISMATCH for a missing value or one that is no string, boolean or whole number.
 */
export const keyReader = (columns: readonly string[]): ((row: Row) => string) => {
  const part = (row: Row, column: string): unknown => {
    const value = row[column];
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)) return value;
    if (typeof value === 'bigint') return value.toString();
    throw new PlatformError('DELTA_SCHEMA_MISMATCH', `key column ${column} must not be ${String(value)}`, {
      details: { field: column, value },
    });
  };
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) {
    return (row) => {
      const value = row[only];
      // A text that looks like a list could otherwise stand for another value.
      return typeof value === 'string' && !value.startsWith('[') ? value : JSON.stringify([part(row, only)]);
    };
  }
  return (row) => JSON.stringify(columns.map((column) => part(row, column)));
};

/** Opens or creates the index in a folder of its own. */
export const openKeyIndex = (folder: string): KeyIndex => {
  mkdirSync(folder, { recursive: true });
  const root: RootDatabase = open({ path: folder, maxDbs: 4, noSubdir: false });
  const meta: Database<IndexStamp | number, string> = root.openDB({ name: 'meta', encoding: 'json' });
  const fileIds: Database<number, string> = root.openDB({ name: 'file-ids', encoding: 'json' });
  const filePaths: Database<string, number> = root.openDB({ name: 'file-paths', encoding: 'json' });
  const keys: Database<Buffer, string> = root.openDB({ name: 'keys', encoding: 'binary' });

  const paths = new Map<number, string>();
  const pathOf = (id: number): string | undefined => {
    let path = paths.get(id);
    if (path === undefined) {
      path = filePaths.get(id);
      if (path !== undefined) paths.set(id, path);
    }
    return path;
  };

  const stamp = (): IndexStamp | null => (meta.get(STAMP) as IndexStamp | undefined) ?? null;

  const putFile = (file: IndexedFile): void => {
    const id = (meta.get(NEXT_FILE) as number | undefined) ?? 0;
    meta.putSync(NEXT_FILE, id + 1);
    fileIds.putSync(file.path, id);
    filePaths.putSync(id, file.path);
    const entries = file.keys.flatMap((key, row) => (key === null ? [] : [{ key: storedKey(key), row }]));
    // In the order of the tree, neighbours share the pages that are looked for and copied.
    entries.sort((left, right) => (left.key < right.key ? -1 : 1));
    for (const { key, row } of entries) {
      const location = Buffer.allocUnsafe(8);
      location.writeUInt32LE(id, 0);
      location.writeUInt32LE(row, 4);
      keys.putSync(key, location);
    }
  };

  const forgetFile = (path: string): void => {
    const id = fileIds.get(path);
    if (id === undefined) return;
    fileIds.removeSync(path);
    filePaths.removeSync(id);
    paths.delete(id);
  };

  return {
    stamp,
    find: (key) => {
      const location = keys.getBinaryFast(storedKey(key));
      if (location === undefined) return null;
      const row = location.readUInt32LE(4);
      const path = pathOf(location.readUInt32LE(0));
      return path === undefined ? null : { path, row };
    },
    hasFile: (path) => fileIds.doesExist(path),
    advance: (from, to, change) =>
      root.transactionSync(() => {
        const now = stamp();
        if (now?.version !== from?.version || now?.tableId !== from?.tableId) return false;
        for (const path of change.gone) forgetFile(path);
        for (const key of change.deletedKeys) keys.removeSync(storedKey(key));
        for (const file of change.added) {
          forgetFile(file.path);
          putFile(file);
        }
        meta.putSync(STAMP, to);
        return true;
      }),
    clear: () => {
      root.transactionSync(() => {
        keys.clearSync();
        fileIds.clearSync();
        filePaths.clearSync();
        // File ids go on counting, so that no entry of before can be taken for one of after.
        meta.removeSync(STAMP);
      });
      paths.clear();
    },
    close: () => root.close(),
  };
};
