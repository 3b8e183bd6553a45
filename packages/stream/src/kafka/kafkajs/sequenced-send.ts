import { PlatformError } from '@marketing-streams/platform/errors';
import type { Chunk } from './chunking.ts';
import type { Connection } from './connection.ts';
import { protocolError, protocolErrorOf } from './errors.ts';
import { type PartitionBatch, type ProduceOutcome, produceTo } from './produce.ts';
import { encodeRecordBatch, estimateSize } from './record-batch-encoder.ts';

/** The producer a batch is sent as, and the next sequence number of each partition it has written to. */
export type SequencedProducer = {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly transactionalId: string | null;
  readonly sequences: Map<string, number>;
};

/** Sequence numbers are 31 bits wide and wrap around (kafkajs resets them instead, which the broker refuses). */
const nextSequence = (first: number, count: number): number => (first + count) % 0x8000_0000;

/** A batch the broker has already: it was sent again because the first answer was lost. */
const DUPLICATE_SEQUENCE_NUMBER = 'DUPLICATE_SEQUENCE_NUMBER';

/** A batch over the topic's `max.message.bytes`, or over the size of a segment. */
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Names the record that made the batch too large: the largest of it, as a rule the only one. */
const tooLarge = ({ topic, partition, records }: Chunk, cause: Error): PlatformError => {
  const largest = records.reduce((a, b) => (estimateSize(b) > estimateSize(a) ? b : a));
  const key = largest.key === null ? 'no key' : `key "${largest.key.toString()}"`;
  const message = `${topic}/${partition} takes no record of ${estimateSize(largest)} bytes (${key})`;
  return new PlatformError('PAYLOAD_TOO_LARGE', message, { cause });
};

/** One round of chunks with their batches encoded, so that sending again sends the same bytes. */
export type PreparedRound = readonly (PartitionBatch & { readonly chunk: Chunk })[];

/** Encodes a round and takes its sequence numbers. */
export const prepareRound = (
  producer: SequencedProducer,
  chunks: readonly Chunk[],
  now: number,
): PreparedRound =>
  chunks.map((chunk) => {
    const { topic, partition, records } = chunk;
    const key = `${topic}/${partition}`;
    const firstSequence = producer.sequences.get(key) ?? 0;
    producer.sequences.set(key, nextSequence(firstSequence, records.length));
    const { producerId, producerEpoch, transactionalId } = producer;
    const identity = { producerId, producerEpoch, firstSequence, transactional: transactionalId !== null };
    return { topic, partition, chunk, batch: encodeRecordBatch(records, identity, now) };
  });

/**
 * Sends a round, one request per leader. Gives the base offset of every chunk (−1 for a batch that the broker
 * had already). Rejects with kafkajs's errors, and with PAYLOAD_TOO_LARGE for a record that no batch can hold; the
 * round may then have arrived in part, and may be sent again as it is.
 */
export const sendRound = async (
  connection: Connection,
  producer: SequencedProducer,
  round: PreparedRound,
): Promise<readonly { readonly chunk: Chunk; readonly baseOffset: number }[]> => {
  const byLeader = new Map<Awaited<ReturnType<Connection['leaderOf']>>, PreparedRound[number][]>();
  for (const batch of round) {
    const leader = await connection.leaderOf(batch.topic, batch.partition);
    const list = byLeader.get(leader);
    if (list === undefined) byLeader.set(leader, [batch]);
    else list.push(batch);
  }
  const outcomes = await Promise.all(
    [...byLeader].map(([leader, batches]) => produceTo(leader, batches, producer.transactionalId)),
  );
  const offsets = new Map<string, ProduceOutcome>();
  for (const outcome of outcomes.flat()) offsets.set(`${outcome.topic}/${outcome.partition}`, outcome);
  return round.map(({ topic, partition, chunk }) => {
    const outcome = offsets.get(`${topic}/${partition}`);
    if (outcome === undefined) throw protocolError(-1);
    if (outcome.code === 0) return { chunk, baseOffset: outcome.baseOffset };
    const error = protocolError(outcome.code);
    const type = protocolErrorOf(error) ?? '';
    if (type === DUPLICATE_SEQUENCE_NUMBER) return { chunk, baseOffset: -1 };
    throw TOO_LARGE.has(type) ? tooLarge(chunk, error) : error;
  });
};
