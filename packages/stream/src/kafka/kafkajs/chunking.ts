import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { OutgoingRecord } from '../api.ts';
import type { Connection } from './connection.ts';
import { estimateSize } from './record-batch-encoder.ts';

/** Records of one partition that fit into one batch, and their places in what was to be sent. */
export type Chunk = {
  readonly topic: string;
  readonly partition: number;
  readonly records: OutgoingRecord[];
  readonly indexes: number[];
};

/** Brokers refuse batches over about 1 MB (`max.message.bytes`); a single record over it goes alone. */
export const MAX_BATCH_BYTES = 900_000;
/** Batches for different partitions travel together up to this. */
const MAX_REQUEST_BYTES = 8_000_000;

const targetOf = async (connection: Connection, record: OutgoingRecord): Promise<number> => {
  if (record.partition !== undefined) return record.partition;
  if (record.key === null) return 0;
  return partitionOf(record.key, await connection.partitionsOf(record.topic));
};

/**
 * Groups records by partition, in order, and cuts them into rounds: one round has at most one chunk per
 * partition and is one request per broker; a partition's next chunk waits for the next round.
 */
export const cutIntoRounds = async (
  connection: Connection,
  records: readonly OutgoingRecord[],
): Promise<readonly (readonly Chunk[])[]> => {
  const partitions = new Map<string, { chunks: Chunk[]; bytes: number }>();
  for (let index = 0; index < records.length; index++) {
    const record = records[index]!;
    // No await for the usual case of an explicit partition.
    const partition = record.partition ?? (await targetOf(connection, record));
    const key = `${record.topic}/${partition}`;
    const size = estimateSize(record);
    let target = partitions.get(key);
    if (target === undefined) {
      target = { chunks: [], bytes: Number.POSITIVE_INFINITY };
      partitions.set(key, target);
    }
    if (target.bytes + size > MAX_BATCH_BYTES) {
      target.chunks.push({ topic: record.topic, partition, records: [], indexes: [] });
      target.bytes = 0;
    }
    const chunk = target.chunks.at(-1)!;
    chunk.records.push(record);
    chunk.indexes.push(index);
    target.bytes += size;
  }
  const rounds: Chunk[][] = [];
  const deepest = Math.max(0, ...[...partitions.values()].map(({ chunks }) => chunks.length));
  const width = Math.floor(MAX_REQUEST_BYTES / MAX_BATCH_BYTES);
  for (let depth = 0; depth < deepest; depth++) {
    const level = [...partitions.values()].flatMap(({ chunks }) => chunks[depth] ?? []);
    for (let at = 0; at < level.length; at += width) rounds.push(level.slice(at, at + width));
  }
  return rounds;
};
