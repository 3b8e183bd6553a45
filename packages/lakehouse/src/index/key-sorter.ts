import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_BYTES } from './stored-key.ts';

/** A key and all locations that were added for it, as the index stores them. */
export type SortedEntry = { readonly key: Buffer; readonly locations: Buffer };

/**
 * Sorts the keys of any number of rows in flat memory: entries go into buckets by their first bits, and buckets
 * that outgrow memory go to disk. Keys are hashes, so buckets are of equal size.
 */
export type KeySorter = {
  readonly add: (storedKey: string, fileId: number, row: number) => void;
  /** Everything that was added, in the order of the index's tree; a key comes once. */
  readonly sorted: () => Iterable<SortedEntry>;
  /** Deletes what is on disk. */
  readonly close: () => void;
};

const BUCKET_BITS = 6;
const BUCKETS = 2 ** BUCKET_BITS;
/** The key, the file's id and the row's number, both as the index stores them. */
const ENTRY_BYTES = KEY_BYTES + 8;
const MEMORY_BYTES = 8 * 1024 * 1024;
const FIRST_CAPACITY = 16 * ENTRY_BYTES;
/** Entries are sorted as 64-bit numbers: 40 bits of the key, and 24 bits that tell which entry it is. */
const POSITION_MASK = 0xff_ffff;

type Bucket = { bytes: Buffer; used: number; file: number | null };

const compareKeys = (bytes: Buffer, left: number, right: number): number =>
  // Nearly all keys differ in their first bytes, and a call of compare costs more than looking at them.
  bytes.readUInt32BE(left) - bytes.readUInt32BE(right) ||
  bytes.compare(bytes, right, right + KEY_BYTES, left, left + KEY_BYTES);

/** Where the entries start, in the order of their keys. */
const order = (bytes: Buffer): Uint32Array => {
  const count = bytes.length / ENTRY_BYTES;
  const packed = new BigUint64Array(count);
  // Written as little-endian halves, since a BigInt each would be slow.
  const halves = new Uint32Array(packed.buffer);
  for (let position = 0; position < count; position++) {
    const start = position * ENTRY_BYTES;
    halves[position * 2] = (bytes[start + 4]! << 24) | position;
    halves[position * 2 + 1] = bytes.readUInt32BE(start);
  }
  packed.sort();
  const starts = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    const start = (halves[index * 2]! & POSITION_MASK) * ENTRY_BYTES;
    let place = index;
    // Keys that share 40 bits are rare, unless they are the same.
    while (place > 0 && compareKeys(bytes, starts[place - 1]!, start) > 0) {
      starts[place] = starts[place - 1]!;
      place--;
    }
    starts[place] = start;
  }
  return starts;
};

const locationsAt = (bytes: Buffer, start: number): Buffer =>
  bytes.subarray(start + KEY_BYTES, start + ENTRY_BYTES);

function* entriesOf(bytes: Buffer): Generator<SortedEntry> {
  const starts = order(bytes);
  let from = 0;
  while (from < starts.length) {
    const start = starts[from]!;
    let to = from + 1;
    while (to < starts.length && compareKeys(bytes, start, starts[to]!) === 0) to++;
    const key = bytes.subarray(start, start + KEY_BYTES);
    if (to === from + 1) yield { key, locations: locationsAt(bytes, start) };
    else {
      const parts = Array.from(starts.subarray(from, to), (entry) => locationsAt(bytes, entry));
      yield { key, locations: Buffer.concat(parts) };
    }
    from = to;
  }
}

/** A sorter that puts what memory does not hold into a folder of its own, made when it is needed. */
export const createKeySorter = (folder: string, memoryBytes: number = MEMORY_BYTES): KeySorter => {
  const buckets = Array.from(
    { length: BUCKETS },
    (): Bucket => ({ bytes: Buffer.alloc(FIRST_CAPACITY), used: 0, file: null }),
  );
  const pathOf = (number: number): string => join(folder, `bucket-${number}`);
  let inMemory = 0;

  const spill = (): void => {
    mkdirSync(folder, { recursive: true });
    buckets.forEach((bucket, number) => {
      bucket.file ??= openSync(pathOf(number), 'w');
      writeSync(bucket.file, bucket.bytes, 0, bucket.used);
      bucket.used = 0;
    });
    inMemory = 0;
  };

  return {
    add: (storedKey, fileId, row) => {
      const bucket = buckets[storedKey.charCodeAt(0) >>> (8 - BUCKET_BITS)]!;
      if (bucket.used === bucket.bytes.length) {
        bucket.bytes = Buffer.concat([bucket.bytes, Buffer.alloc(bucket.bytes.length)]);
      }
      bucket.bytes.write(storedKey, bucket.used, 'latin1');
      bucket.bytes.writeUInt32LE(fileId, bucket.used + KEY_BYTES);
      bucket.bytes.writeUInt32LE(row, bucket.used + KEY_BYTES + 4);
      bucket.used += ENTRY_BYTES;
      inMemory += ENTRY_BYTES;
      if (inMemory >= memoryBytes) spill();
    },
    sorted: function* () {
      for (const [number, bucket] of buckets.entries()) {
        const rest = bucket.bytes.subarray(0, bucket.used);
        if (bucket.file === null) yield* entriesOf(rest);
        else {
          const spilled = readFileSync(pathOf(number));
          yield* entriesOf(Buffer.concat([spilled, rest]));
        }
      }
    },
    close: () => {
      for (const { file } of buckets) if (file !== null) closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
