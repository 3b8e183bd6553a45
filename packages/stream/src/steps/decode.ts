import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { deadLetter, ok, type Step } from '../step.ts';

/** The part of a codec that these steps use; `decode` throws VALUE_UNDECODABLE or SCHEMA_UNKNOWN. */
export type Decoder<Value> = { readonly decode: (value: Buffer) => Value };

/** The record's value as the codec reads it; what it cannot read and a tombstone become dead letters. */
export const decode = <Value>(codec: Decoder<Value>): Step<KafkaRecord, Value> =>
  function decode(record) {
    if (record.value === null) return deadLetter('VALUE_MISSING', 'a tombstone means nothing on this topic');
    return ok(codec.decode(record.value));
  };

/** As `decode`, for topics on which a tombstone deletes: it comes out as null. */
export const decodeOrTombstone = <Value>(codec: Decoder<Value>): Step<KafkaRecord, Value | null> =>
  function decodeOrTombstone(record) {
    return ok(record.value === null ? null : codec.decode(record.value));
  };
