import type { Broker } from './connection.ts';
import {
  asPayload,
  type Cursor,
  readInt16,
  readInt32,
  readInt64,
  readString,
  sizeOfString,
  writeInt16,
  writeInt32,
  writeString,
} from './wire.ts';

/** One encoded batch for one partition. */
export type PartitionBatch = { readonly topic: string; readonly partition: number; readonly batch: Buffer };

/** The broker's answer for one partition; `code` 0 is success. */
export type ProduceOutcome = {
  readonly topic: string;
  readonly partition: number;
  readonly code: number;
  /** Offset of the batch's first record. */
  readonly baseOffset: number;
};

const PRODUCE_API_KEY = 0;
const PRODUCE_API_VERSION = 7;
const ALL_REPLICAS = -1;
const BROKER_TIMEOUT_MILLISECONDS = 10_000;

const encodeRequest = (batches: readonly PartitionBatch[], transactionalId: string | null): Buffer => {
  const topics = new Map<string, PartitionBatch[]>();
  let size = sizeOfString(transactionalId) + 10;
  for (const batch of batches) {
    const list = topics.get(batch.topic);
    if (list === undefined) {
      topics.set(batch.topic, [batch]);
      size += sizeOfString(batch.topic) + 4;
    } else list.push(batch);
    size += 8 + batch.batch.length;
  }
  const cursor: Cursor = { buffer: Buffer.allocUnsafe(size), offset: 0 };
  writeString(cursor, transactionalId);
  writeInt16(cursor, ALL_REPLICAS);
  writeInt32(cursor, BROKER_TIMEOUT_MILLISECONDS);
  writeInt32(cursor, topics.size);
  for (const [topic, list] of topics) {
    writeString(cursor, topic);
    writeInt32(cursor, list.length);
    for (const { partition, batch } of list) {
      writeInt32(cursor, partition);
      writeInt32(cursor, batch.length);
      cursor.offset += batch.copy(cursor.buffer, cursor.offset);
    }
  }
  return cursor.buffer;
};

const decodeResponse = (payload: Buffer): ProduceOutcome[] => {
  const cursor: Cursor = { buffer: payload, offset: 0 };
  const outcomes: ProduceOutcome[] = [];
  const topics = readInt32(cursor);
  for (let i = 0; i < topics; i++) {
    const topic = readString(cursor);
    const partitions = readInt32(cursor);
    for (let j = 0; j < partitions; j++) {
      const partition = readInt32(cursor);
      const code = readInt16(cursor);
      const baseOffset = readInt64(cursor);
      cursor.offset += 16;
      outcomes.push({ topic, partition, code, baseOffset });
    }
  }
  return outcomes;
};

/** Sends batches, one per partition, to the broker that leads them all. Rejects with kafkajs's errors. */
export const produceTo = (
  broker: Broker,
  batches: readonly PartitionBatch[],
  transactionalId: string | null,
): Promise<readonly ProduceOutcome[]> =>
  broker.connectionPool.send({
    request: {
      apiKey: PRODUCE_API_KEY,
      apiVersion: PRODUCE_API_VERSION,
      apiName: 'Produce',
      encode: asPayload(encodeRequest(batches, transactionalId)),
    },
    response: {
      decode: async (payload) => ({ outcomes: decodeResponse(payload) }),
      parse: async ({ outcomes }: { outcomes: readonly ProduceOutcome[] }) => outcomes,
    },
    logResponseError: false,
  });
