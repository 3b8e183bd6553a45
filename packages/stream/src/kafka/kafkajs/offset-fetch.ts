import type { TopicPartition } from '@marketing-streams/contracts/record';
import type { CommittedPosition } from '../api.ts';
import type { Broker } from './connection.ts';
import { protocolError } from './errors.ts';
import {
  asPayload,
  type Cursor,
  readInt16,
  readInt32,
  readInt64,
  readUnsignedVarint,
  writeInt32,
  writeUnsignedVarint,
} from './wire.ts';

/*
 * OffsetFetch version 7 (KIP-447) can be asked for stable positions only: while a transaction that carries
 * positions of the group is not settled it answers UNSTABLE_OFFSET_COMMIT instead of the former position.
 * kafkajs stops at version 4, which right after fencing may answer with a position that is about to change.
 */

const API_KEY = 9;
const API_VERSION = 7;

const groupByTopic = (partitions: readonly TopicPartition[]): Map<string, number[]> => {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const list = topics.get(topic);
    if (list === undefined) topics.set(topic, [partition]);
    else list.push(partition);
  }
  return topics;
};

const writeCompactString = (cursor: Cursor, value: string): void => {
  writeUnsignedVarint(cursor, Buffer.byteLength(value) + 1);
  cursor.offset += cursor.buffer.write(value, cursor.offset, 'utf8');
};

const readCompactString = (cursor: Cursor): string => {
  const length = readUnsignedVarint(cursor) - 1;
  if (length <= 0) return '';
  cursor.offset += length;
  return cursor.buffer.toString('utf8', cursor.offset - length, cursor.offset);
};

const skipTaggedFields = (cursor: Cursor): void => {
  const count = readUnsignedVarint(cursor);
  for (let i = 0; i < count; i++) {
    readUnsignedVarint(cursor);
    cursor.offset += readUnsignedVarint(cursor);
  }
};

const encodeRequest = (groupId: string, partitions: readonly TopicPartition[]): Buffer => {
  const topics = groupByTopic(partitions);
  const names = [groupId, ...topics.keys()].reduce((size, name) => size + 6 + Buffer.byteLength(name), 0);
  const size = 16 + names + 6 * topics.size + 4 * partitions.length;
  const cursor: Cursor = { buffer: Buffer.allocUnsafe(size), offset: 0 };
  // A flexible version's request header ends with tagged fields, which kafkajs's header does not have.
  writeUnsignedVarint(cursor, 0);
  writeCompactString(cursor, groupId);
  writeUnsignedVarint(cursor, topics.size + 1);
  for (const [topic, list] of topics) {
    writeCompactString(cursor, topic);
    writeUnsignedVarint(cursor, list.length + 1);
    for (const partition of list) writeInt32(cursor, partition);
    writeUnsignedVarint(cursor, 0);
  }
  cursor.buffer[cursor.offset++] = 1;
  writeUnsignedVarint(cursor, 0);
  return cursor.buffer.subarray(0, cursor.offset);
};

const decodeResponse = (payload: Buffer): CommittedPosition[] => {
  const cursor: Cursor = { buffer: payload, offset: 0 };
  skipTaggedFields(cursor);
  readInt32(cursor);
  const committed: CommittedPosition[] = [];
  const topics = readUnsignedVarint(cursor) - 1;
  for (let i = 0; i < topics; i++) {
    const topic = readCompactString(cursor);
    const partitions = readUnsignedVarint(cursor) - 1;
    for (let j = 0; j < partitions; j++) {
      const partition = readInt32(cursor);
      const offset = readInt64(cursor);
      readInt32(cursor);
      const metadata = readCompactString(cursor);
      const code = readInt16(cursor);
      skipTaggedFields(cursor);
      if (code !== 0) throw protocolError(code);
      if (offset >= 0) committed.push({ topic, partition, offset, metadata });
    }
    skipTaggedFields(cursor);
  }
  const code = readInt16(cursor);
  if (code !== 0) throw protocolError(code);
  return committed;
};

const supportsStable = (broker: Broker): boolean =>
  (broker.versions[API_KEY]?.maxVersion ?? 0) >= API_VERSION;

/**
 * Committed positions of a group, partitions without one left out. Rejects with kafkajs's errors;
 * UNSTABLE_OFFSET_COMMIT means: ask again. A broker without version 7 answers with what it has.
 */
export const fetchCommitted = async (
  broker: Broker,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly CommittedPosition[]> => {
  if (supportsStable(broker)) {
    return broker.connectionPool.send({
      request: {
        apiKey: API_KEY,
        apiVersion: API_VERSION,
        apiName: 'OffsetFetch',
        encode: asPayload(encodeRequest(groupId, partitions)),
      },
      response: {
        decode: async (payload) => ({ committed: decodeResponse(payload) }),
        parse: async ({ committed }: { committed: readonly CommittedPosition[] }) => committed,
      },
      logResponseError: false,
    });
  }
  const topics = [...groupByTopic(partitions)].map(([topic, list]) => ({
    topic,
    partitions: list.map((partition) => ({ partition })),
  }));
  const { responses } = await broker.offsetFetch({ groupId, topics });
  return responses.flatMap(({ topic, partitions: answers }) =>
    answers
      .filter(({ offset }) => Number(offset) >= 0)
      .map(({ partition, offset, metadata }) => ({
        topic,
        partition,
        offset: Number(offset),
        metadata: metadata ?? '',
      })),
  );
};
