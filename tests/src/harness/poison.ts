import type { ErrorCode } from '@marketing-streams/platform/errors';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';

/** Header that marks a record that can never be processed. */
export const POISON_HEADER = 'poison';

/** A record that can never be processed, and the code it is refused with. */
export type Poison = {
  readonly name: string;
  readonly record: OutgoingRecord;
  readonly code: ErrorCode;
};

/** An id that no registry of a test has given. */
const UNKNOWN_SCHEMA_ID = 99_999_999;

const framed = (schemaId: number, body: Buffer): Buffer => {
  const frame = Buffer.alloc(5);
  frame.writeInt32BE(schemaId, 1);
  return Buffer.concat([frame, body]);
};

/**
 * What breaks consumers most often, as variants of one good record: bytes of something else, an unknown schema,
 * a record cut short, no key, no value. Each carries headers, one of them not text, which a dead letter keeps.
 */
export const poisonOf = (good: OutgoingRecord): readonly Poison[] => {
  const { value, topic, key } = good;
  if (value === null) throw new Error('poison is made of a record with a value');
  const poison = (name: string, code: ErrorCode, changed: Partial<OutgoingRecord>): Poison => ({
    name,
    code,
    record: {
      topic,
      key,
      value,
      ...changed,
      headers: { [POISON_HEADER]: name, trace: Buffer.from([0, 255, 128, 10]), source: 'partner feed' },
    },
  });
  return [
    poison('undecodable bytes', 'VALUE_UNDECODABLE', {
      value: Buffer.from('{"customer_id":"somebody else"}'),
    }),
    poison('unknown schema id', 'SCHEMA_UNKNOWN', { value: framed(UNKNOWN_SCHEMA_ID, value.subarray(5)) }),
    poison('truncated record', 'VALUE_UNDECODABLE', { value: value.subarray(0, value.length - 3) }),
    poison('null key', 'KEY_MISSING', { key: null, partition: 0 }),
    poison('tombstone', 'VALUE_MISSING', { value: null }),
  ];
};
