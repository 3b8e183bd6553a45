import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { headerList, type RecordHeader } from '@marketing-streams/contracts/record-headers';
import { isPlatformError } from '@marketing-streams/platform/errors';

/** A record of an input topic as a row of its bronze table. */
export type BronzeRow = {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Of the Confluent frame; null when the value has none. */
  readonly schema_id: number | null;
  /** The value as JSON; null when it could not be decoded. */
  readonly decoded: string | null;
  /** Epoch milliseconds. */
  readonly ingested_at: number;
};

/** Bronze keeps what it cannot decode too: that is for silver to refuse. */
const orNull = <Value>(decode: () => Value): Value | null => {
  try {
    return decode();
  } catch (error) {
    if (isPlatformError(error, 'VALUE_UNDECODABLE', 'VALUE_INVALID', 'SCHEMA_UNKNOWN', 'SCHEMA_INCOMPATIBLE'))
      return null;
    throw error;
  }
};

/** The row of a record, whatever state the record is in. */
export const bronzeRow = (
  record: KafkaRecord,
  schemaIdOf: (value: Buffer) => number | null,
  decode: (record: KafkaRecord) => string | null,
  now: number,
): BronzeRow => ({
  key: record.key,
  value: record.value,
  headers: headerList(record.headers),
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  timestamp: record.timestamp,
  schema_id: record.value === null ? null : schemaIdOf(record.value),
  decoded: orNull(() => decode(record)),
  ingested_at: now,
});
