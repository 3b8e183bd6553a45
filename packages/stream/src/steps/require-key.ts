import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { deadLetter, ok, type Step } from '../step.ts';

/** A record without a key, or with an empty one, belongs to nobody: it becomes a dead letter. */
export const requireKey: Step<KafkaRecord, KafkaRecord> = function requireKey(record) {
  if (record.key === null) return deadLetter('KEY_MISSING', 'the record has no key');
  if (record.key.length === 0) return deadLetter('KEY_MISSING', "the record's key is empty");
  return ok(record);
};
