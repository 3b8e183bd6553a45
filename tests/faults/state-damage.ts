import { closeSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { integerBetween, type Random } from '@marketing-streams/domain/simulation/random';

/** What may become of the files of a store while its service is down. */
export type Damage = { readonly name: string; readonly inflict: (store: string, random: Random) => void };

const DATA = 'data.mdb';
const GARBAGE_PLACES = 200;
const GARBAGE_BYTES = 64;

/** Overwrites places all over the file; the first ones lie in what LMDB reads first. */
const garbage = (file: string, random: Random): void => {
  const { size } = statSync(file);
  const bytes = Buffer.from(Array.from({ length: GARBAGE_BYTES }, () => integerBetween(random, 0, 255)));
  const opened = openSync(file, 'r+');
  for (let place = 0; place < GARBAGE_PLACES; place++) {
    writeSync(opened, bytes, 0, bytes.length, integerBetween(random, 8_192, size - GARBAGE_BYTES));
  }
  closeSync(opened);
};

const HARMLESS: Damage = {
  name: 'left without its lock file',
  inflict: (store) => rmSync(join(store, 'lock.mdb')),
};

/** After these a store cannot be used any more. */
export const LOSSES: readonly Damage[] = [
  { name: 'deleted', inflict: (store) => rmSync(store, { recursive: true }) },
  {
    name: 'cut short',
    inflict: (store, random) => {
      const file = join(store, DATA);
      truncateSync(file, integerBetween(random, 0, statSync(file).size - 1));
    },
  },
  { name: 'overwritten with garbage', inflict: (store, random) => garbage(join(store, DATA), random) },
];

export const DAMAGES: readonly Damage[] = [...LOSSES, HARMLESS];

/** Folders below one that hold a store: those of a processor's tasks, of a layer's key indexes. */
export const storesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(({ name }) => name === DATA)
    .map(({ parentPath }) => parentPath)
    .sort();
