import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { bootId } from '@marketing-streams/platform/boot-id';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Row } from '../schema/table-schema.ts';
import type { Announcement } from './file-register.ts';
import { type IndexStamp, openIndexStore } from './index-store.ts';
import { createKeySorter, type SortedEntry } from './key-sorter.ts';
import { addLocations, forEachLocation, keepLocations, oneLocation } from './locations.ts';
import { createKeyMemory, keyBytes, treeOrder } from './stored-key.ts';

/** Where a row lies: the data file's `dataFileKey`, and the row's number in it. */
export type RowLocation = { readonly path: string; readonly row: number };

/** A data file (its `dataFileKey`) whose rows are to be found: the keys of its rows by row number, null for rows not visible. */
export type IndexedFile = { readonly path: string; readonly keys: readonly (string | null)[] };

/** What a new version of the table means for the index. */
export type IndexChange = {
  /** New files whose rows are the newest of their keys: all other locations of the keys are dropped. */
  readonly added: readonly IndexedFile[];
  /** Announced files that are live by now. */
  readonly announced?: readonly string[];
  /** Files that are no longer part of the table. */
  readonly gone: readonly string[];
  readonly deletedKeys: readonly string[];
};

/**
 * The way from a key to its row, on disk. An entry is a hint: it is good only while its file is live in the table
 * and the row is not in the file's deletion vector. Entries of deleted and replaced rows may therefore be left
 * behind, and nothing of a lost, outdated or crashed index can make the table wrong as long as one rule holds:
 * **at the stamped version every visible row of every live file is among the locations of its key.**
 *
 * Any number of threads and processes may have the index open; each call is one LMDB transaction unless told.
 */
export type KeyIndex = {
  readonly stamp: () => IndexStamp | null;
  /** Where the key's row may be, in no order; the valid location is the one that is live and visible. */
  readonly find: (key: string) => readonly RowLocation[];
  /** `find` of many keys at once; the locations in no order. */
  readonly findAll: (keys: Iterable<string>) => readonly RowLocation[];
  /** True when the rows of this data file have been put in. */
  readonly hasFile: (path: string) => boolean;
  /**
   * Puts in the rows of files that are live or are about to become so, beside the locations that are there. Takes
   * one short transaction per some thousand keys, so that others get in between, and whatever they do, the files'
   * locations stay until an `advance` names the files as announced or gone. At the end the files are registered
   * (`hasFile`). False, and none is registered, when the index was cleared or a file forgotten meanwhile. Files
   * are read one by one, their keys sorted on disk if they are many: memory stays flat.
   */
  readonly announceAll: (files: AsyncIterable<IndexedFile>) => Promise<boolean>;
  /** `announceAll` of one file. */
  readonly announce: (file: IndexedFile) => Promise<boolean>;
  /**
   * Brings the index to the next stamp in one transaction. False, with nothing changed, when the stamp is not
   * `from` any more, since another process uses the same folder and was first, or when a file named as announced
   * is not registered. The caller then catches up from the log.
   */
  readonly advance: (from: IndexStamp | null, to: IndexStamp, change: IndexChange) => boolean;
  /** Files that were announced and that no `advance` has named yet. */
  readonly announcements: () => readonly Announcement[];
  /** Forgets files that were announced and are not to be committed any more. */
  readonly forget: (paths: readonly string[]) => void;
  /** Empties the index, so that it is filled again from the table's files. */
  readonly clear: () => void;
  readonly close: () => Promise<void>;
};

export type KeyIndexOptions = {
  /** Keys of an announced file that one transaction puts in; 5000 unless a test says otherwise. */
  readonly keysPerTransaction?: number;
  /** Wait between the transactions of an announcement, for a thread whose work nobody waits for; default none. */
  readonly pauseMilliseconds?: number;
  /** Epoch milliseconds; the wall clock unless told. */
  readonly clock?: () => number;
  /** What tells the lives of the machine apart; its boot id unless told, null where it has none. */
  readonly life?: string | null;
};

/**
 * The key of a row as one string: the value itself for a single string column, else the values as a JSON list.
 * Throws DELTA_SCHEMA_MISMATCH for a missing value or one that is no string, boolean or whole number.
 */
export const keyReader = (columns: readonly string[]): ((row: Row) => string) => {
  const part = (row: Row, column: string): unknown => {
    const value = row[column];
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)) return value;
    // One value has one key, and files give a number back wherever a number is exact.
    if (typeof value === 'bigint') {
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    }
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
  const parts = (row: Row): string => JSON.stringify(columns.map((column) => part(row, column)));
  const [first, second] = columns;
  if (columns.length !== 2 || first === undefined || second === undefined) return parts;
  return (row) => {
    const one = row[first];
    const other = row[second];
    const isPlain =
      typeof one === 'string' && typeof other === 'string' && PLAIN.test(one) && PLAIN.test(other);
    return isPlain ? `["${one}","${other}"]` : parts(row);
  };
};

/** Texts that JSON has as they are, between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

type Announced = Iterable<IndexedFile> | AsyncIterable<IndexedFile>;

function* inChunks<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    if (chunk.push(item) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

const sameStamp = (left: IndexStamp | null, right: IndexStamp | null): boolean =>
  left?.version === right?.version && left?.tableId === right?.tableId;

/** Opens or creates the index in a folder of its own. */
export const openKeyIndex = (folder: string, options: KeyIndexOptions = {}): KeyIndex => {
  const { keysPerTransaction = 5000, pauseMilliseconds = 0, clock = Date.now, life = bootId() } = options;
  const store = openIndexStore(folder, life);
  const { keys, files } = store;
  const { storedKey, forget } = createKeyMemory();

  const locate = (stored: readonly string[]): readonly RowLocation[] => {
    const found: RowLocation[] = [];
    for (const number of treeOrder(stored)) {
      const locations = keys.getBinary(keyBytes(stored[number]!));
      if (locations === undefined) continue;
      forEachLocation(locations, (id, row) => {
        const path = files.pathOf(id);
        if (path !== undefined) found.push({ path, row });
      });
    }
    return found;
  };

  const putBeside = (entries: readonly SortedEntry[]): void => {
    const known = new Map<number, boolean>();
    const isKnown = (id: number): boolean => {
      let answer = known.get(id);
      if (answer === undefined) {
        answer = files.isKnown(id);
        known.set(id, answer);
      }
      return answer;
    };
    const [last] = keys.getKeys({ reverse: true, limit: 1 });
    // Filled in order from an empty tree, pages are filled up and not split in halves.
    const behind = last === undefined || last.compare(entries[0]!.key) < 0;
    for (const { key, locations } of entries) {
      if (behind) keys.putSync(key, locations, { append: true });
      else keys.putSync(key, addLocations(locations, keys.getBinary(key), isKnown));
    }
  };

  const putInstead = (fileId: number, file: IndexedFile, announced: ReadonlySet<number>): void => {
    const stored = file.keys.map((key) => (key === null ? null : storedKey(key)));
    const rows = stored.flatMap((key, row) => (key === null ? [] : [row]));
    for (const number of treeOrder(rows.map((row) => stored[row]!))) {
      const row = rows[number]!;
      const bytes = keyBytes(stored[row]!);
      const before = announced.size === 0 ? undefined : keys.getBinary(bytes);
      const locations =
        before === undefined
          ? oneLocation(fileId, row)
          : addLocations(oneLocation(fileId, row), before, (id) => announced.has(id));
      keys.putSync(bytes, locations);
    }
  };

  const removeKey = (key: string, announced: ReadonlySet<number>): void => {
    const bytes = keyBytes(storedKey(key));
    const kept = keepLocations(keys.getBinary(bytes), (id) => announced.has(id));
    if (kept === null) keys.removeSync(bytes);
    else keys.putSync(bytes, kept);
  };

  const announceAll = async (announcedFiles: Announced): Promise<boolean> => {
    const sorter = createKeySorter(join(store.path, `sorting-${randomUUID()}`));
    const ids = new Map<number, string>();
    try {
      for await (const { path, keys: fileKeys } of announcedFiles) {
        const id = store.transaction(() => files.beginAnnouncement(path, clock()));
        ids.set(id, path);
        fileKeys.forEach((key, row) => {
          if (key !== null) sorter.add(storedKey(key), id, row);
        });
      }
      const [firstId = 0] = ids.keys();
      for (const chunk of inChunks(sorter.sorted(), keysPerTransaction)) {
        const goOn = store.transaction(() => {
          // When the index is cleared all of them are gone; the others are looked at in the end.
          if (!files.isAnnounced(firstId)) return false;
          putBeside(chunk);
          return true;
        });
        if (!goOn) return false;
        // The lock of LMDB is not fair: without a pause nobody else would ever get it.
        await (pauseMilliseconds > 0 ? setTimeout(pauseMilliseconds) : setImmediate());
      }
    } finally {
      sorter.close();
    }
    return store.transaction(() => {
      if (![...ids.keys()].every(files.isAnnounced)) return false;
      for (const [id, path] of ids) files.register(path, id);
      return true;
    });
  };

  return {
    stamp: store.stamp,
    find: (key) => locate([storedKey(key)]),
    findAll: (wanted) => {
      forget();
      return locate(Array.from(wanted, storedKey));
    },
    hasFile: files.isRegistered,
    announceAll,
    announce: (file) => announceAll([file]),
    advance: (from, to, change) =>
      store.transaction(() => {
        const live = change.announced ?? [];
        if (!sameStamp(store.stamp(), from) || !live.every(files.isRegistered)) return false;
        // Announcements that are not committed yet may hold rows of versions to come.
        const announced = files.announcedIds();
        for (const key of change.deletedKeys) removeKey(key, announced);
        for (const file of change.added) {
          const id = files.idOf(file.path);
          putInstead(id, file, announced);
          files.register(file.path, id);
        }
        for (const path of live) files.endAnnouncement(path);
        for (const path of change.gone) files.forget(path);
        store.setStamp(to);
        return true;
      }),
    announcements: files.announcements,
    forget: (paths) => store.transaction(() => paths.forEach(files.forget)),
    clear: () => store.transaction(store.clear),
    close: store.close,
  };
};
