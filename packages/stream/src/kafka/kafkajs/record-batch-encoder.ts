import type { OutgoingRecord } from '../api.ts';
import { crc32c } from './crc32c.ts';
import { type Cursor, sizeOfVarint, writeInt16, writeInt32, writeInt64, writeVarint } from './wire.ts';

/*
 * Record batches of magic 2 (https://kafka.apache.org/documentation/#recordbatch). kafkajs's encoder makes an
 * object per record and copies each three times; this one writes a batch in one pass into one buffer.
 */

/** What the broker checks a batch against. */
export type BatchIdentity = {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly transactional: boolean;
};

/** Bytes before the first record. */
const BATCH_OVERHEAD = 61;
/** Position of the attributes, where the part begins that the checksum covers. */
const CHECKED_FROM = 21;
const TRANSACTIONAL = 0x10;

type Bytes = Buffer | string | null;

const lengthOf = (bytes: Bytes): number =>
  bytes === null ? -1 : typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;

const sizeOfBytes = (length: number): number => sizeOfVarint(length) + Math.max(0, length);

/** Headers in the order they are written; a name with several values comes several times, undefined is null. */
const headersOf = (headers: OutgoingRecord['headers']): [string, Buffer | string | null][] => {
  if (headers === undefined) return [];
  const list: [string, Buffer | string | null][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const one of value) list.push([name, one]);
    else list.push([name, (value as Buffer | string | undefined) ?? null]);
  }
  return list;
};

const sizeOfHeaders = (headers: readonly [string, Bytes][]): number => {
  let size = sizeOfVarint(headers.length);
  for (const [name, value] of headers) size += sizeOfBytes(lengthOf(name)) + sizeOfBytes(lengthOf(value));
  return size;
};

/** An upper bound of a record's size on the wire. */
export const estimateSize = (record: OutgoingRecord): number => {
  let size = 32 + Math.max(0, lengthOf(record.key)) + Math.max(0, record.value?.length ?? 0);
  for (const [name, value] of headersOf(record.headers))
    size += 10 + 3 * name.length + Math.max(0, lengthOf(value));
  return size;
};

const writeBytes = (cursor: Cursor, bytes: Bytes): void => {
  writeVarint(cursor, lengthOf(bytes));
  if (bytes === null) return;
  cursor.offset +=
    typeof bytes === 'string'
      ? cursor.buffer.write(bytes, cursor.offset, 'utf8')
      : bytes.copy(cursor.buffer, cursor.offset);
};

const writeRecord = (cursor: Cursor, record: OutgoingRecord, index: number, timestampDelta: number): void => {
  const headers = headersOf(record.headers);
  const size =
    1 +
    sizeOfVarint(timestampDelta) +
    sizeOfVarint(index) +
    sizeOfBytes(lengthOf(record.key)) +
    sizeOfBytes(lengthOf(record.value)) +
    sizeOfHeaders(headers);
  writeVarint(cursor, size);
  cursor.buffer[cursor.offset++] = 0;
  writeVarint(cursor, timestampDelta);
  writeVarint(cursor, index);
  writeBytes(cursor, record.key);
  writeBytes(cursor, record.value);
  writeVarint(cursor, headers.length);
  for (const [name, value] of headers) {
    writeBytes(cursor, name);
    writeBytes(cursor, value);
  }
};

/** One uncompressed batch of at least one record; `now` stamps the records that have no timestamp. */
export const encodeRecordBatch = (
  records: readonly OutgoingRecord[],
  identity: BatchIdentity,
  now: number,
): Buffer => {
  let bound = BATCH_OVERHEAD;
  for (const record of records) bound += estimateSize(record);
  const cursor: Cursor = { buffer: Buffer.allocUnsafe(bound), offset: BATCH_OVERHEAD };
  const firstTimestamp = records[0]?.timestamp ?? now;
  let maxTimestamp = firstTimestamp;
  records.forEach((record, index) => {
    const timestamp = record.timestamp ?? now;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    writeRecord(cursor, record, index, timestamp - firstTimestamp);
  });
  const batch = cursor.buffer.subarray(0, cursor.offset);
  const head: Cursor = { buffer: batch, offset: 0 };
  writeInt64(head, 0);
  writeInt32(head, batch.length - 12);
  writeInt32(head, -1);
  batch[head.offset++] = 2;
  head.offset = CHECKED_FROM;
  writeInt16(head, identity.transactional ? TRANSACTIONAL : 0);
  writeInt32(head, records.length - 1);
  writeInt64(head, firstTimestamp);
  writeInt64(head, maxTimestamp);
  writeInt64(head, identity.producerId);
  writeInt16(head, identity.producerEpoch);
  writeInt32(head, identity.firstSequence);
  writeInt32(head, records.length);
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM)), CHECKED_FROM - 4);
  return batch;
};
