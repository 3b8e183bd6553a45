import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openWriteNote, wasTouched } from '@marketing-streams/platform/write-note';
import { type Database, open } from 'lmdb';
import { createFileRegister, type FileRegister } from './file-register.ts';
import { prepareIndexFolder } from './index-folder.ts';

/** What the index reflects: a version of one table under one choice of keys. */
export type IndexStamp = { readonly tableId: string; readonly version: number };

/** The LMDB environment of a key index. What writes is to be called inside of `transaction`. */
export type IndexStore = {
  /** Where the environment is; other files may be put beside it. */
  readonly path: string;
  /** Locations by the stored key's bytes. */
  readonly keys: Database<Buffer, Buffer>;
  readonly files: FileRegister;
  readonly stamp: () => IndexStamp | null;
  readonly setStamp: (stamp: IndexStamp) => void;
  readonly transaction: <T>(run: () => T) => T;
  readonly clear: () => void;
  readonly close: () => Promise<void>;
};

const STAMP = 'stamp';

/** Address space that is set aside: an index of 100 million keys fits, and the map need not grow under other users. */
const MAP_BYTES = 16 * 1024 ** 3;

const DATA = 'data.mdb';
const NOTE = 'written';

/**
 * Opens or creates the store of a life of the machine in a folder. One that was changed by anybody but its writers
 * is begun anew: a key that such a store has lost would leave two rows of it in the table.
 */
export const openIndexStore = (folder: string, life: string | null): IndexStore => {
  const { path, synced } = prepareIndexFolder(folder, life);
  if (wasTouched(join(path, DATA), join(path, NOTE))) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
  }
  const root = open({
    path,
    maxDbs: 8,
    noSubdir: false,
    mapSize: MAP_BYTES,
    noSync: !synced,
  });
  const meta = root.openDB<IndexStamp, string>({ name: 'stamp', encoding: 'json' });
  const keys = root.openDB<Buffer, Buffer>({ name: 'locations', encoding: 'binary', keyEncoding: 'binary' });
  const files = createFileRegister(root);
  const written = openWriteNote(join(path, DATA), join(path, NOTE));
  return {
    path,
    keys,
    files,
    stamp: () => meta.get(STAMP) ?? null,
    setStamp: (stamp) => meta.putSync(STAMP, stamp),
    transaction: (run) => {
      written.beginWrite();
      try {
        return root.transactionSync(run);
      } finally {
        written.endWrite();
      }
    },
    clear: () => {
      keys.clearSync();
      files.clear();
      meta.removeSync(STAMP);
    },
    close: async () => {
      await root.close();
      written.close();
    },
  };
};
