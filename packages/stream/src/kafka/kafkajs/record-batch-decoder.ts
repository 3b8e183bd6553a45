import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { type Cursor, readInt16, readInt32, readInt64, readVarint, readVarintBytes } from './wire.ts';

/** A transaction whose records must not be seen: those of the producer from this offset to its abort marker. */
export type AbortedTransaction = { readonly producerId: number; readonly firstOffset: number };

export type DecodedRecords = {
  readonly records: readonly KafkaRecord[];
  /** The offset after the last complete batch, whatever it held. */
  readonly position: number;
};

const BATCH_OVERHEAD = 61;
const MAGIC_AT = 16;
const COMPRESSION = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
/** The second 16-bit number of a control record's key. */
const ABORT_MARKER = 0;

type Headers = Record<string, Buffer | Buffer[] | undefined>;

const NO_HEADERS: Headers = {};

const readHeaders = (cursor: Cursor): Headers => {
  const count = readVarint(cursor);
  if (count === 0) return NO_HEADERS;
  // No prototype: a header may have any name.
  const headers: Headers = Object.create(null);
  for (let i = 0; i < count; i++) {
    const name = (readVarintBytes(cursor) ?? Buffer.alloc(0)).toString('utf8');
    const value = readVarintBytes(cursor) ?? undefined;
    const former = headers[name];
    if (!Object.hasOwn(headers, name)) headers[name] = value;
    else if (Array.isArray(former)) former.push(value ?? Buffer.alloc(0));
    else headers[name] = [former ?? Buffer.alloc(0), value ?? Buffer.alloc(0)];
  }
  return headers;
};

const decompress = (codec: number, data: Buffer, place: string): Buffer => {
  if (codec === 0) return data;
  if (codec === 1) return gunzipSync(data);
  if (codec === 4) return zstdDecompressSync(data);
  const name = codec === 2 ? 'snappy' : 'lz4';
  const remedy = "set the topic's compression.type to gzip, zstd or uncompressed";
  throw new PlatformError(
    'INTERNAL',
    `${place} is compressed with ${name}, which is not supported: ${remedy}`,
  );
};

/**
 * The visible records of the batches (magic 2) a fetch brought of one partition, from `from` on. An incomplete
 * batch at the end is left for the next fetch. Aborted transactions are taken out by the rule of the Java
 * client's fetcher: a producer's batches are hidden from its transaction's first offset to its abort marker,
 * which is a control record, so that no record's key can pass for one.
 */
export const decodeRecordBatches = (
  topic: string,
  partition: number,
  data: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
): DecodedRecords => {
  const records: KafkaRecord[] = [];
  const pending = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  const hidden = new Set<number>();
  let position = from;
  let start = 0;
  while (data.length - start >= BATCH_OVERHEAD) {
    const cursor: Cursor = { buffer: data, offset: start };
    const baseOffset = readInt64(cursor);
    const end = cursor.offset + 4 + readInt32(cursor);
    if (end > data.length) break;
    if (data[start + MAGIC_AT] !== 2) {
      throw new PlatformError('INTERNAL', `${topic}/${partition}/${baseOffset} has an old message format`);
    }
    cursor.offset = start + 21;
    const attributes = readInt16(cursor);
    const lastOffset = baseOffset + readInt32(cursor);
    const firstTimestamp = readInt64(cursor);
    const maxTimestamp = readInt64(cursor);
    const producerId = readInt64(cursor);
    cursor.offset = start + 57;
    const count = readInt32(cursor);
    start = end;
    while (pending.length > 0 && pending[0]!.firstOffset <= lastOffset)
      hidden.add(pending.shift()!.producerId);
    position = Math.max(position, lastOffset + 1);
    if ((attributes & CONTROL) !== 0) {
      if (count > 0 && controlTypeOf(data.subarray(cursor.offset, end)) === ABORT_MARKER)
        hidden.delete(producerId);
      continue;
    }
    if (lastOffset < from) continue;
    if ((attributes & TRANSACTIONAL) !== 0 && hidden.has(producerId)) continue;
    const body = data.subarray(cursor.offset, end);
    const place = `${topic}/${partition}/${baseOffset}`;
    const content: Cursor = { buffer: decompress(attributes & COMPRESSION, body, place), offset: 0 };
    const appendTime = (attributes & LOG_APPEND_TIME) !== 0;
    for (let i = 0; i < count; i++) {
      const next = readVarint(content) + content.offset;
      content.offset += 1;
      const timestamp = readVarint(content) + firstTimestamp;
      const offset = readVarint(content) + baseOffset;
      if (offset >= from) {
        records.push({
          topic,
          partition,
          offset,
          timestamp: appendTime ? maxTimestamp : timestamp,
          key: readVarintBytes(content),
          value: readVarintBytes(content),
          headers: readHeaders(content),
        });
      }
      content.offset = next;
    }
  }
  return { records, position };
};

const controlTypeOf = (record: Buffer): number => {
  const cursor: Cursor = { buffer: record, offset: 0 };
  readVarint(cursor);
  cursor.offset += 1;
  readVarint(cursor);
  readVarint(cursor);
  return readVarintBytes(cursor)?.readInt16BE(2) ?? -1;
};
