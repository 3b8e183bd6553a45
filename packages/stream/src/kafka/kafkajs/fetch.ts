import type { FetchedPartition, Position } from '../api.ts';
import type { Broker } from './connection.ts';
import { protocolError } from './errors.ts';
import { type AbortedTransaction, decodeRecordBatches } from './record-batch-decoder.ts';
import {
  asPayload,
  type Cursor,
  readInt16,
  readInt32,
  readInt64,
  readString,
  sizeOfString,
  writeInt32,
  writeInt64,
  writeString,
} from './wire.ts';

export type FetchLimits = {
  readonly maxWaitMilliseconds: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
};

/** What a fetch brought of a partition, or the protocol's error code for it. */
export type FetchOutcome =
  | { readonly kind: 'fetched'; readonly partition: FetchedPartition }
  | { readonly kind: 'failed'; readonly topic: string; readonly partition: number; readonly code: number };

const FETCH_API_KEY = 1;
/** The newest version that needs no flexible encoding and names topics; brokers from 2.3 on and Redpanda have it. */
const FETCH_API_VERSION = 11;
const READ_COMMITTED = 1;

/** Error codes of a partition in a fetch response. */
export const OFFSET_OUT_OF_RANGE = 1;

const groupByTopic = (positions: readonly Position[]): Map<string, Position[]> => {
  const topics = new Map<string, Position[]>();
  for (const position of positions) {
    const list = topics.get(position.topic);
    if (list === undefined) topics.set(position.topic, [position]);
    else list.push(position);
  }
  return topics;
};

const encodeRequest = (positions: readonly Position[], limits: FetchLimits): Buffer => {
  const topics = groupByTopic(positions);
  let size = 35;
  for (const [topic, list] of topics) size += sizeOfString(topic) + 4 + list.length * 28;
  const cursor: Cursor = { buffer: Buffer.allocUnsafe(size), offset: 0 };
  writeInt32(cursor, -1);
  writeInt32(cursor, limits.maxWaitMilliseconds);
  writeInt32(cursor, 1);
  writeInt32(cursor, limits.maxBytes);
  cursor.buffer[cursor.offset++] = READ_COMMITTED;
  // No fetch session: every request names all its partitions.
  writeInt32(cursor, 0);
  writeInt32(cursor, -1);
  writeInt32(cursor, topics.size);
  for (const [topic, list] of topics) {
    writeString(cursor, topic);
    writeInt32(cursor, list.length);
    for (const { partition, offset } of list) {
      writeInt32(cursor, partition);
      writeInt32(cursor, -1);
      writeInt64(cursor, offset);
      writeInt64(cursor, -1);
      writeInt32(cursor, limits.maxBytesPerPartition);
    }
  }
  writeInt32(cursor, 0);
  writeString(cursor, '');
  return cursor.buffer.subarray(0, cursor.offset);
};

const readAborted = (cursor: Cursor): AbortedTransaction[] => {
  const count = readInt32(cursor);
  const aborted: AbortedTransaction[] = [];
  for (let i = 0; i < count; i++) {
    aborted.push({ producerId: readInt64(cursor), firstOffset: readInt64(cursor) });
  }
  return aborted;
};

const readPartition = (cursor: Cursor, topic: string, from: ReadonlyMap<string, number>): FetchOutcome => {
  const partition = readInt32(cursor);
  const code = readInt16(cursor);
  readInt64(cursor);
  const end = readInt64(cursor);
  readInt64(cursor);
  const aborted = readAborted(cursor);
  readInt32(cursor);
  const bytes = Math.max(0, readInt32(cursor));
  const data = cursor.buffer.subarray(cursor.offset, cursor.offset + bytes);
  cursor.offset += bytes;
  if (code !== 0) return { kind: 'failed', topic, partition, code };
  const start = from.get(`${topic}/${partition}`) ?? 0;
  const { records, position } = decodeRecordBatches(topic, partition, data, start, aborted);
  return { kind: 'fetched', partition: { topic, partition, records, position, end, bytes } };
};

const decodeResponse = (payload: Buffer, positions: readonly Position[]): FetchOutcome[] => {
  const from = new Map(positions.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
  const cursor: Cursor = { buffer: payload, offset: 4 };
  const code = readInt16(cursor);
  if (code !== 0) throw protocolError(code);
  readInt32(cursor);
  const outcomes: FetchOutcome[] = [];
  const topics = readInt32(cursor);
  for (let i = 0; i < topics; i++) {
    const topic = readString(cursor);
    const partitions = readInt32(cursor);
    for (let j = 0; j < partitions; j++) outcomes.push(readPartition(cursor, topic, from));
  }
  return outcomes;
};

/**
 * One fetch from one broker, read_committed; answered as soon as there is anything, or empty after
 * `maxWaitMilliseconds`. Rejects with kafkajs's errors.
 */
export const fetchFrom = (
  broker: Broker,
  positions: readonly Position[],
  limits: FetchLimits,
): Promise<readonly FetchOutcome[]> =>
  broker.connectionPool.send({
    request: {
      apiKey: FETCH_API_KEY,
      apiVersion: FETCH_API_VERSION,
      apiName: 'Fetch',
      encode: asPayload(encodeRequest(positions, limits)),
    },
    response: {
      decode: async (payload) => ({ outcomes: decodeResponse(payload, positions) }),
      parse: async ({ outcomes }: { outcomes: readonly FetchOutcome[] }) => outcomes,
    },
    requestTimeout: limits.maxWaitMilliseconds + 5_000,
    logResponseError: false,
  });
