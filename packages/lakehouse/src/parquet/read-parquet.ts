import { zstdDecompressSync } from 'node:zlib';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet';
import type { Column, ColumnType, Row, TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';

const decoder = new TextDecoder();

/** Beyond the safe integers a division of the whole would be a fraction of a millisecond off. */
const timestampFromMicroseconds = (microseconds: bigint): number => {
  const rounded = Number(microseconds);
  if (Number.isSafeInteger(rounded)) return rounded / 1000;
  return Number(microseconds / 1000n) + Number(microseconds % 1000n) / 1000;
};

/** Values come as rows hold them; nothing passes through a Date, which has no microseconds. */
const parsers = {
  timestampFromMilliseconds: (milliseconds: bigint) => Number(milliseconds),
  timestampFromMicroseconds,
  timestampFromNanoseconds: (nanoseconds: bigint) => Number(nanoseconds / 1000n) / 1000,
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
};

const decompressors = {
  ZSTD: (input: Uint8Array, outputLength: number) =>
    zstdDecompressSync(input, { maxOutputLength: outputLength || undefined }),
};

/** Up to this size one read of everything is quicker than several of parts. */
const WHOLE_FILE_BYTES = 4 * 1024 * 1024;

/** Random access to a file of known size; small files are read at once. */
const asyncBuffer = async (storage: Storage, path: string, size: number): Promise<AsyncBuffer> => {
  const arrayBufferOf = (bytes: Buffer): ArrayBuffer =>
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
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

/**
 * The file's metadata without its decimal annotations: hyparquet turns decimals into floating point, and the
 * unscaled integers are wanted.
 */
const withoutDecimals = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map((element) =>
    element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL'
      ? { ...element, converted_type: undefined, logical_type: undefined }
      : element,
  ),
});

const exactInteger = (value: unknown): unknown => {
  if (typeof value !== 'bigint') return value;
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
};

/** Big-endian two's complement, as FIXED_LEN_BYTE_ARRAY and BYTE_ARRAY decimals are. */
const integerFromBytes = (bytes: Uint8Array): bigint =>
  bytes.length === 0
    ? 0n
    : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));

type Decode = (value: unknown) => unknown;

const identity: Decode = (value) => value ?? null;

const decoderOf = (type: ColumnType): Decode => {
  switch (type.type) {
    case 'long':
      return (value) => exactInteger(value ?? null);
    case 'decimal':
      return (value) => exactInteger(value instanceof Uint8Array ? integerFromBytes(value) : (value ?? null));
    case 'list': {
      const element = decoderOf(type.element);
      return (value) => (value === null || value === undefined ? null : (value as unknown[]).map(element));
    }
    case 'map': {
      const item = decoderOf(type.value);
      return (value) =>
        value === null || value === undefined
          ? null
          : Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry)]));
    }
    case 'struct': {
      const decode = rowDecoder(type.fields);
      return (value) => (value === null || value === undefined ? null : decode(value as Row));
    }
    default:
      return identity;
  }
};

const rowDecoder = (columns: readonly Column[]): ((row: Row) => Row) => {
  const fields = columns.map((column) => ({ name: column.name, decode: decoderOf(column) }));
  return (row) => {
    const decoded: Record<string, unknown> = {};
    for (const field of fields) decoded[field.name] = field.decode(row[field.name]);
    return decoded;
  };
};

/**
 * The rows of a Parquet file in the file's order, with the columns of `schema` that it has; columns it does not
 * have are null (they were added later). Throws DELTA_CORRUPT with the path for a file that cannot be read.
 */
export const readParquet = async (
  storage: Storage,
  path: string,
  size: number,
  schema: TableSchema,
): Promise<Row[]> => {
  try {
    const file = await asyncBuffer(storage, path, size);
    const metadata = withoutDecimals(await parquetMetadataAsync(file));
    const present = new Set(parquetSchema(metadata).children.map((child) => child.element.name));
    const columns = schema.filter((column) => present.has(column.name)).map((column) => column.name);
    const total = Number(metadata.num_rows);
    let rows: Row[] = [];
    if (columns.length === 0) rows = Array.from({ length: total }, () => ({}));
    else {
      await parquetRead({
        file,
        metadata,
        columns,
        parsers,
        compressors: decompressors,
        utf8: false,
        rowFormat: 'object',
        onComplete: (complete) => {
          rows = complete;
        },
      });
    }
    return rows.map(rowDecoder(schema));
  } catch (error) {
    if (isPlatformError(error) && error.code !== 'NOT_FOUND') throw error;
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} cannot be read: ${String(error)}`, {
      cause: error,
    });
  }
};

/** The number of rows a Parquet file says it has. */
export const parquetRowCount = async (storage: Storage, path: string, size: number): Promise<number> =>
  Number((await parquetMetadataAsync(await asyncBuffer(storage, path, size))).num_rows);
