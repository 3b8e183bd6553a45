import { PlatformError } from '@marketing-streams/platform/errors';
import type { AsyncBuffer } from 'hyparquet';
import type { Storage } from '../storage.ts';

/** Up to this size one read of everything is quicker than several of parts. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;

const arrayBufferOf = (bytes: Buffer): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

/** Random access to a file of known size; small files are read at once. Throws DELTA_CORRUPT when it is missing. */
export const randomAccess = async (storage: Storage, path: string, size: number): Promise<AsyncBuffer> => {
  if (size <= WHOLE_FILE_BYTES) {
    const whole = await storage.read(path);
    if (whole === null) throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} is missing`);
    const buffer = arrayBufferOf(whole);
    return { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) };
  }
  return {
    byteLength: size,
    slice: async (start, end = size) => arrayBufferOf(await storage.readRange(path, start, end)),
  };
};
