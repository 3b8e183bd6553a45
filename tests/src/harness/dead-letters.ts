import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { KafkaRecord, SourceOffset } from '@marketing-streams/contracts/record';
import { headerList } from '@marketing-streams/contracts/record-headers';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { KafkaClient } from '@marketing-streams/stream/kafka/api';
import { readTopic } from './read-topic.ts';

const DEAD_LETTER_TOPIC = 'dead-letter-queue';

/** Every dead letter there is. */
export const readDeadLetters = async (
  kafka: KafkaClient,
  registry: SchemaRegistry,
): Promise<readonly DeadLetter[]> => {
  const codec = await createAvroCodec<DeadLetter>({ registry, topic: DEAD_LETTER_TOPIC });
  const records = await readTopic(kafka, DEAD_LETTER_TOPIC);
  await codec.prepare(records);
  return records.map(({ value }) => codec.decode(value!));
};

/** The dead letters of one place in an input topic. */
export const deadLettersOf = (
  deadLetters: readonly DeadLetter[],
  place: SourceOffset,
): readonly DeadLetter[] =>
  deadLetters.filter(
    ({ topic, partition, offset }) =>
      topic === place.topic && partition === place.partition && offset === place.offset,
  );

/**
 * All of a record that a dead letter has to hold, comparable byte for byte. A time before 1970 is none in the
 * dead letter's contract: it holds the first moment there is.
 */
export const originalOf = (
  record: Pick<KafkaRecord, 'topic' | 'partition' | 'offset' | 'timestamp' | 'key' | 'value' | 'headers'>,
): object => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  timestamp: Math.max(0, record.timestamp),
  key: record.key?.toString('hex') ?? null,
  value: record.value?.toString('hex') ?? null,
  headers: headerList(record.headers).map(({ name, value }) => [name, value?.toString('hex') ?? null]),
});

/** What a dead letter holds of its original, in the same form as `originalOf`. */
export const originalIn = (letter: DeadLetter): object => ({
  topic: letter.topic,
  partition: letter.partition,
  offset: letter.offset,
  timestamp: letter.timestamp,
  key: letter.key?.toString('hex') ?? null,
  value: letter.value?.toString('hex') ?? null,
  headers: letter.headers.map(({ name, value }) => [name, value?.toString('hex') ?? null]),
});
