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
  /** Epoch milliseconds, at most as far away as readers of the table go, see `tableTimestamp`. */
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

const FIRST_TIMESTAMP = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_TIMESTAMP = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * A record's timestamp as a table's: Spark's and Python's end with the years 1 and 9999, a producer may send any
 * 64 bits (microseconds taken for milliseconds, say). Key, value and place are what a record is kept for.
 */
const tableTimestamp = (milliseconds: number): number =>
  Math.min(Math.max(milliseconds, FIRST_TIMESTAMP), LAST_TIMESTAMP);

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
  timestamp: tableTimestamp(record.timestamp),
  schema_id: record.value === null ? null : schemaIdOf(record.value),
  decoded: orNull(() => decode(record)),
  ingested_at: now,
});
