import { type ErrorCode, isPlatformError, type PlatformError } from '@marketing-streams/platform/errors';

/** Codes that say the record itself is at fault; only these become dead letters when thrown. */
const RECORD_AT_FAULT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'KEY_MISSING',
  'KEY_MISMATCH',
  'VALUE_MISSING',
  'VALUE_UNDECODABLE',
  'VALUE_INVALID',
  'SCHEMA_UNKNOWN',
  'SCHEMA_INCOMPATIBLE',
  'NOT_FOUND',
  'FORBIDDEN',
  'PAYLOAD_TOO_LARGE',
]);

/**
 * Codes whose verdict depends on more than the record: the registry may know the schema tomorrow. Who goes through
 * such a record again has to be told what was said of it the first time.
 */
const MAY_READ_OTHERWISE_LATER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SCHEMA_UNKNOWN',
  'SCHEMA_INCOMPATIBLE',
  'NOT_FOUND',
  'FORBIDDEN',
]);

/** True for a dead letter's code that the same record may not get again when it is gone through later. */
export const mayReadOtherwiseLater = (code: ErrorCode): boolean => MAY_READ_OTHERWISE_LATER.has(code);

/** True for an error that another try with the same record only meets again. */
export const isRecordAtFault = (error: unknown): error is PlatformError =>
  isPlatformError(error) && RECORD_AT_FAULT.has(error.code);
