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

/** True for an error that another try with the same record only meets again. */
export const isRecordAtFault = (error: unknown): error is PlatformError =>
  isPlatformError(error) && RECORD_AT_FAULT.has(error.code);
