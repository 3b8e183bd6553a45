import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import { headerList } from '@marketing-streams/contracts/record-headers';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { DeadLetterOutput, FailedRecord } from './runtime-options.ts';

const DEAD_LETTER_TOPIC = 'dead-letter-queue';

/** Messages quote what is wrong, which may be a whole value: more than this explains nothing. */
const MAX_MESSAGE_CHARACTERS = 2_000;

/** The queue takes records up to 2 MiB (`max.message.bytes`), the record's own key and overhead included. */
const MAX_DEAD_LETTER_BYTES = 2_000_000;

/** A key of megabytes does not fit in next to the dead letter's own; `draftTransaction` puts none then. */
const MAX_KEY_BYTES = 64 * 1024;

/** Beyond it no 64-bit float tells milliseconds apart safely; a producer's clock may say anything. */
const LAST_MOMENT = 2 ** 52 - 1;

const shortened = (text: string): string =>
  text.length <= MAX_MESSAGE_CHARACTERS ? text : `${text.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…`;

/**
 * The failed record as the contract has it: all of the original byte for byte, and why it failed. A message
 * beyond 2,000 characters is cut, a timestamp that is no moment since 1970 is put to the nearest one.
 */
export const deadLetterOf = (failed: FailedRecord, schemaId: number | null): DeadLetter => ({
  key: failed.record.key,
  value: failed.record.value,
  headers: headerList(failed.record.headers),
  topic: failed.record.topic,
  partition: failed.record.partition,
  offset: failed.record.offset,
  timestamp: Math.min(Math.max(failed.record.timestamp, 0), LAST_MOMENT),
  schema_id: schemaId,
  service: failed.service,
  step: failed.step,
  error_code: failed.code,
  message: shortened(failed.message),
  attempt: failed.attempt,
  failed_at: failed.failedAt,
});

/** The dead letter of a record that is too large for the queue: its bytes stay where the record was read. */
const withoutBytes = (letter: DeadLetter): DeadLetter => {
  const size = `the record's value (${letter.value?.length ?? 0} bytes) and headers`;
  const message = shortened(`too large for this queue, without ${size}: ${letter.message}`);
  const key = (letter.key?.length ?? 0) > MAX_KEY_BYTES ? null : letter.key;
  return { ...letter, key, value: null, headers: [], message };
};

/**
 * The project's dead-letter queue under its Avro contract. A dead letter that the queue would not take goes
 * there without value and headers, saying so in its message.
 */
export const createDeadLetterOutput = async (registry: SchemaRegistry): Promise<DeadLetterOutput> => {
  const codec = await createAvroCodec<DeadLetter>({ registry, topic: DEAD_LETTER_TOPIC });
  return {
    topic: DEAD_LETTER_TOPIC,
    encode: (failed) => {
      const { value } = failed.record;
      const letter = deadLetterOf(failed, value === null ? null : codec.schemaIdOf(value));
      const encoded = codec.encode(letter);
      return encoded.length > MAX_DEAD_LETTER_BYTES ? codec.encode(withoutBytes(letter)) : encoded;
    },
  };
};
