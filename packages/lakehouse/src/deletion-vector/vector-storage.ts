import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { DeletionVectorDescriptor } from '../log/actions.ts';
import type { Storage } from '../storage.ts';
import { parseRowSet, serialiseRowSet } from './roaring.ts';
import type { RowSet } from './row-set.ts';
import { decodeZ85, encodeZ85 } from './z85.ts';

/** Vectors up to this size live in the log itself: reading them costs no file, and writing them no fsync. */
const INLINE_BYTES = 512;

const FILE_FORMAT_VERSION = 1;

/** A UUID is 16 bytes, which Z85 makes 20 characters. */
const UUID_CHARACTERS = 20;

/** Where the vector file of a descriptor with `storageType` u lies, relative to the table's root. */
export const vectorFilePath = (pathOrInlineDv: string): string => {
  const prefix = pathOrInlineDv.slice(0, -UUID_CHARACTERS);
  const hex = Buffer.from(decodeZ85(pathOrInlineDv.slice(-UUID_CHARACTERS), 16)).toString('hex');
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `${prefix === '' ? '' : `${prefix}/`}deletion_vector_${uuid}.bin`;
};

/** What `storeVectors` made: a descriptor per row set, in order, and the file it wrote, if it needed one. */
export type StoredVectors = {
  readonly descriptors: readonly DeletionVectorDescriptor[];
  readonly file: string | null;
};

/** Stores row sets as the vectors of one commit: small ones inline, the others together in one file. */
export const storeVectors = async (storage: Storage, sets: readonly RowSet[]): Promise<StoredVectors> => {
  const uuid = randomUUID();
  const pathOrInlineDv = encodeZ85(Buffer.from(uuid.replaceAll('-', ''), 'hex'));
  const parts: Buffer[] = [Buffer.of(FILE_FORMAT_VERSION)];
  let offset = 1;
  const descriptors = sets.map((set): DeletionVectorDescriptor => {
    const data = serialiseRowSet(set);
    const common = { sizeInBytes: data.length, cardinality: set.size };
    if (data.length <= INLINE_BYTES) return { storageType: 'i', pathOrInlineDv: encodeZ85(data), ...common };
    const size = Buffer.alloc(4);
    size.writeUInt32BE(data.length);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(data));
    parts.push(size, data, checksum);
    const start = offset;
    offset += data.length + 8;
    return { storageType: 'u', pathOrInlineDv, offset: start, ...common };
  });
  if (parts.length === 1) return { descriptors, file: null };
  const file = vectorFilePath(pathOrInlineDv);
  await storage.write(file, Buffer.concat(parts));
  return { descriptors, file };
};

const readVectorFile = async (
  storage: Storage,
  path: string,
  start: number,
  end: number,
): Promise<Buffer> => {
  try {
    return await storage.readRange(path, start, end);
  } catch (cause) {
    if (!isPlatformError(cause, 'NOT_FOUND')) throw cause;
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} is missing`, { cause });
  }
};

/**
 * The rows a vector deletes. Throws DELTA_CORRUPT with the path when its file is missing or its checksum wrong,
 * DELTA_UNSUPPORTED for a file outside the table's folder.
 */
export const loadVector = async (storage: Storage, descriptor: DeletionVectorDescriptor): Promise<RowSet> => {
  const { storageType, pathOrInlineDv, sizeInBytes } = descriptor;
  if (storageType === 'i') return parseRowSet(decodeZ85(pathOrInlineDv, sizeInBytes));
  if (storageType !== 'u') {
    throw new PlatformError(
      'DELTA_UNSUPPORTED',
      `deletion vector ${pathOrInlineDv} lies outside the table's folder`,
    );
  }
  const path = vectorFilePath(pathOrInlineDv);
  const start = descriptor.offset ?? 0;
  const bytes = await readVectorFile(storage, path, start, start + sizeInBytes + 8);
  const data = bytes.subarray(4, 4 + sizeInBytes);
  const intact =
    bytes.length === sizeInBytes + 8 &&
    bytes.readUInt32BE(0) === sizeInBytes &&
    bytes.readUInt32BE(4 + sizeInBytes) === crc32(data);
  if (!intact)
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} is damaged at byte ${start}`);
  return parseRowSet(data);
};
