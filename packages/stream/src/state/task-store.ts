import { closeSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bootId } from '@marketing-streams/platform/boot-id';
import { PlatformError } from '@marketing-streams/platform/errors';
import { openWriteNote, wasTouched } from '@marketing-streams/platform/write-note';
import { open } from 'lmdb';
import { mayBeTorn, noteClean, noteWriting } from './boot-note.ts';
import { type SealedChanges, type StateChanges, sealChanges } from './sealed-changes.ts';
import { codecFinder, type StateCodecs } from './state-codec.ts';
import { asStorageError } from './storage-error.ts';
import { isHolder, noteHolder } from './store-holder.ts';
import { isSameOwner, type StoreMeta, type StoreOwner } from './store-meta.ts';

export type { StateChanges } from './sealed-changes.ts';

/**
 * The durable state of one task (LMDB; values as the state's codecs write them). Every write checks in its own
 * LMDB transaction that the writer still owns the store and that the store is where the writer left it, so that a
 * process that was stopped and wakes up cannot overwrite its successor's state.
 */
export type TaskStore = {
  readonly get: (key: string) => unknown;
  /** Entries whose key begins with the prefix, in order of the keys' UTF-8; only those after `after`, when given. */
  readonly range: (prefix: string, after?: string) => Iterable<readonly [key: string, value: unknown]>;
  /** What the store says about itself now; null when it was never written. */
  readonly meta: () => StoreMeta | null;
  /**
   * Makes the producer the owner. Throws FENCED when a later life of the same producer id owns it already,
   * STORAGE_UNAVAILABLE when another process holds the store's lock for seconds.
   */
  readonly claim: (owner: StoreOwner) => Promise<void>;
  /**
   * Writes changes and the new description in one LMDB transaction. `next.owner` must be the owner, and the
   * store must hold `expected` (null: nothing). Throws FENCED or STATE_CONFLICT, and writes nothing then.
   */
  readonly write: (changes: StateChanges, next: StoreMeta, expected: StoreMeta | null) => void;
  /** Encodes changes for `writeSealed`, so that a value nobody can write is found before anything is committed. */
  readonly seal: (changes: StateChanges) => SealedChanges;
  /** As `write`, with what `seal` gave. */
  readonly writeSealed: (changes: SealedChanges, next: StoreMeta, expected: StoreMeta | null) => void;
  /** Removes all state and writes the description; the owner is checked. */
  readonly clear: (next: StoreMeta) => void;
  readonly close: () => Promise<void>;
};

const META_KEY = 'meta';
const OWNER_KEY = 'owner';
const CLAIM_TIMEOUT_MILLISECONDS = 5_000;

const sameOffsets = (a: StoreMeta, b: StoreMeta): boolean => {
  const names = Object.keys(a.offsets);
  return (
    names.length === Object.keys(b.offsets).length &&
    names.every((name) => a.offsets[name] === b.offsets[name])
  );
};

const isWhereExpected = (stored: StoreMeta | null, expected: StoreMeta | null): boolean =>
  stored === null || expected === null
    ? stored === expected
    : stored.transaction === expected.transaction && sameOffsets(stored, expected);

const syncFile = (path: string): void => {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
};

const DATA = 'data.mdb';
const NOTE = 'written';

/** A store is not to be trusted that a crash of the machine may have torn, or that somebody else has changed. */
const isDoubtful = (folder: string): boolean =>
  mayBeTorn(folder) || wasTouched(join(folder, DATA), join(folder, NOTE));

/**
 * Opens (and makes) the store in a folder; one that is doubtful is begun anew. Throws STORAGE_UNAVAILABLE when the
 * system refuses to write, as on a full disk. A store is
 * always opened with the codecs it was written with: `stateVersion` tells others apart.
 */
export const openTaskStore = (folder: string, codecs: StateCodecs = {}): TaskStore => {
  try {
    return openStore(folder, codecs);
  } catch (error) {
    throw asStorageError(error, folder);
  }
};

const openStore = (folder: string, codecs: StateCodecs): TaskStore => {
  if (isDoubtful(folder)) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  noteWriting(folder);
  const environment = open({ path: folder, maxDbs: 2, noSync: bootId() !== null });
  const state = environment.openDB<Uint8Array, Uint8Array>({
    name: 'values',
    encoding: 'binary',
    keyEncoding: 'binary',
  });
  const description = environment.openDB<StoreMeta | StoreOwner, string>({ name: 'about' });

  const written = openWriteNote(join(folder, DATA), join(folder, NOTE));
  const codecOf = codecFinder(codecs);
  let claimed: StoreOwner | null = null;

  const readMeta = (): StoreMeta | null => (description.get(META_KEY) as StoreMeta | undefined) ?? null;

  const checkOwner = (owner: StoreOwner): void => {
    const stored = description.get(OWNER_KEY) as StoreOwner | undefined;
    if (stored !== undefined && isSameOwner(stored, owner)) return;
    throw new PlatformError('FENCED', `the state in ${folder} has another owner by now`, {
      details: { by: 'state' },
    });
  };

  const seal = (changes: StateChanges): SealedChanges => sealChanges(changes, codecOf);

  const put = ({ keys, ends, bytes }: SealedChanges): void => {
    let begin = 0;
    for (let index = 0; index < keys.length; index++) {
      const key = Buffer.from(keys[index]!);
      const end = ends[index]!;
      if (end < 0) state.remove(key);
      else {
        state.put(key, bytes.subarray(begin, end));
        begin = end;
      }
    }
  };

  const writing = (change: () => void): void => {
    try {
      written.beginWrite();
      environment.transactionSync(change);
    } catch (error) {
      throw asStorageError(error, folder);
    } finally {
      written.endWrite();
    }
  };

  const writeSealed: TaskStore['writeSealed'] = (sealed, next, expected) =>
    writing(() => {
      checkOwner(next.owner);
      const stored = readMeta();
      if (!isWhereExpected(stored, expected)) {
        const found = `transaction ${stored?.transaction} instead of ${expected?.transaction}`;
        throw new PlatformError('STATE_CONFLICT', `the state in ${folder} has moved on: ${found}`);
      }
      put(sealed);
      description.put(META_KEY, next);
    });

  return {
    get: (key) => {
      // Valid until the next look-up only, which is why codecs may not keep it.
      const bytes = state.getBinaryFast(Buffer.from(key));
      return bytes === undefined ? undefined : codecOf(key).read(bytes);
    },
    range: function* (prefix, after) {
      const start = Buffer.from(after ?? prefix);
      for (const { key, value } of state.getRange(start.length === 0 ? {} : { start })) {
        const name = Buffer.from(key.buffer, key.byteOffset, key.length).toString('utf8');
        if (name === after) continue;
        if (!name.startsWith(prefix)) return;
        yield [name, codecOf(name).read(Buffer.from(value.buffer, value.byteOffset, value.length))];
      }
    },
    meta: readMeta,
    claim: async (owner) => {
      written.beginWrite();
      const claiming = environment.transaction(() => {
        const stored = description.get(OWNER_KEY) as StoreOwner | undefined;
        if (stored !== undefined && stored.producer_id === owner.producer_id && stored.epoch > owner.epoch) {
          return false;
        }
        description.put(OWNER_KEY, owner);
        return true;
      });
      const noted = claiming.finally(written.endWrite);
      const timer = Promise.withResolvers<never>();
      const timeout = setTimeout(() => {
        const message = `the state in ${folder} is locked by another process`;
        timer.reject(new PlatformError('STORAGE_UNAVAILABLE', message));
      }, CLAIM_TIMEOUT_MILLISECONDS);
      try {
        const granted = await Promise.race([noted, timer.promise]);
        if (!granted) {
          const message = `the state in ${folder} has a later owner`;
          throw new PlatformError('FENCED', message, { details: { by: 'state' } });
        }
        claimed = owner;
        noteHolder(folder);
      } catch (error) {
        throw asStorageError(error, folder);
      } finally {
        clearTimeout(timeout);
      }
    },
    write: (changes, next, expected) => writeSealed(seal(changes), next, expected),
    seal,
    writeSealed,
    clear: (next) =>
      writing(() => {
        checkOwner(next.owner);
        state.clearSync();
        description.put(META_KEY, next);
      }),
    close: async () => {
      // Another process may be writing by now: then only it can tell that the store is whole.
      // One that took the store for lost has put a new one into the folder, of which these files know nothing.
      const stored = description.get(OWNER_KEY) as StoreOwner;
      const isMine = claimed !== null && isSameOwner(stored, claimed) && isHolder(folder);
      await environment.close();
      written.close();
      if (!isMine) return;
      try {
        syncFile(join(folder, DATA));
        noteClean(folder);
      } catch (error) {
        // The folder may have been removed meanwhile: nothing to keep whole then.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    },
  };
};

/** Removes a store's folder. */
export const removeTaskStore = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true });
