import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import { headerList } from '@marketing-streams/contracts/record-headers';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { DeadLetterOutput, FailedRecord } from './runtime-options.ts';

const DEAD_LETTER_TOPIC = 'dead-letter-queue';

/** The failed record as the contract has it: all of the original byte for byte, and why it failed. */
export const deadLetterOf = (failed: FailedRecord, schemaId: number | null): DeadLetter => ({
  key: failed.record.key,
  value: failed.record.value,
  headers: headerList(failed.record.headers),
  topic: failed.record.topic,
  partition: failed.record.partition,
  offset: failed.record.offset,
  timestamp: failed.record.timestamp,
  schema_id: schemaId,
  service: failed.service,
  step: failed.step,
  error_code: failed.code,
  message: failed.message,
  attempt: failed.attempt,
  failed_at: failed.failedAt,
});

/** The project's dead-letter queue under its Avro contract. */
export const createDeadLetterOutput = async (registry: SchemaRegistry): Promise<DeadLetterOutput> => {
  const codec = await createAvroCodec<DeadLetter>({ registry, topic: DEAD_LETTER_TOPIC });
  return {
    topic: DEAD_LETTER_TOPIC,
    encode: (failed) => {
      const { value } = failed.record;
      return codec.encode(deadLetterOf(failed, value === null ? null : codec.schemaIdOf(value)));
    },
  };
};
