// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { DeadLetterHeader } from './dead-letter-header.ts';

/** A record that can never be processed, whole and as it was, with the reason. */
export type DeadLetter = {
  /** Original key. */
  readonly key: Buffer | null;
  /** Original value; null is a tombstone. */
  readonly value: Buffer | null;
  /** Original headers in their order. */
  readonly headers: readonly DeadLetterHeader[];
  /** Topic the record came from. */
  readonly topic: string;
  /** Its partition. */
  readonly partition: number;
  /** Its offset. */
  readonly offset: number;
  /** The record's timestamp. */
  readonly timestamp: EpochMilliseconds;
  /** Registry id the value names, if it is framed. */
  readonly schema_id: number | null;
  /** Service that refused the record. */
  readonly service: string;
  /** Step of the pipeline that refused it. */
  readonly step: string;
  /** Code of the platform's closed set of errors. */
  readonly error_code: string;
  /** What is wrong, naming field and value. */
  readonly message: string;
  /** How often processing was tried, 1 for the first. */
  readonly attempt: number;
  /** When it was refused. */
  readonly failed_at: EpochMilliseconds;
};

/** The registered schema of DeadLetter: `schemas/dead-letter-queue.avsc` without white space. */
export const DEAD_LETTER_SCHEMA =
  '{"type":"record","name":"DeadLetter","namespace":"marketing_streams","doc":"A record that can never be processed, whole and as it was, with the reason.","fields":[{"name":"key","doc":"Original key.","type":["null","bytes"],"default":null},{"name":"value","doc":"Original value; null is a tombstone.","type":["null","bytes"],"default":null},{"name":"headers","doc":"Original headers in their order.","type":{"type":"array","items":{"type":"record","name":"DeadLetterHeader","doc":"One header of the original record; a name may occur several times.","fields":[{"name":"name","doc":"Name of the header.","type":"string"},{"name":"value","doc":"Its bytes.","type":["null","bytes"],"default":null}]}}},{"name":"topic","doc":"Topic the record came from.","type":"string"},{"name":"partition","doc":"Its partition.","type":"int"},{"name":"offset","doc":"Its offset.","type":"long"},{"name":"timestamp","doc":"The record\'s timestamp.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"schema_id","doc":"Registry id the value names, if it is framed.","type":["null","int"],"default":null},{"name":"service","doc":"Service that refused the record.","type":"string"},{"name":"step","doc":"Step of the pipeline that refused it.","type":"string"},{"name":"error_code","doc":"Code of the platform\'s closed set of errors.","type":"string"},{"name":"message","doc":"What is wrong, naming field and value.","type":"string"},{"name":"attempt","doc":"How often processing was tried, 1 for the first.","type":"int"},{"name":"failed_at","doc":"When it was refused.","type":{"type":"long","logicalType":"timestamp-millis"}}]}';
