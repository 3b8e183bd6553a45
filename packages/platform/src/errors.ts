/**
 * Every error this platform raises on purpose carries one of these codes. The set is closed: a dead letter,
 * an HTTP answer and an alert are told apart by code, never by message.
 */
export const ERROR_CODES = {
  // Records and requests that will never become valid: dead letter or 4xx.
  KEY_MISSING: { retriable: false },
  KEY_MISMATCH: { retriable: false },
  VALUE_MISSING: { retriable: false },
  VALUE_UNDECODABLE: { retriable: false },
  VALUE_INVALID: { retriable: false },
  SCHEMA_UNKNOWN: { retriable: false },
  SCHEMA_INCOMPATIBLE: { retriable: false },
  NOT_FOUND: { retriable: false },
  FORBIDDEN: { retriable: false },
  PAYLOAD_TOO_LARGE: { retriable: false },
  RATE_LIMITED: { retriable: true },
  // The world around the process: back off and try again.
  KAFKA_UNAVAILABLE: { retriable: true },
  REGISTRY_UNAVAILABLE: { retriable: true },
  KSQLDB_UNAVAILABLE: { retriable: true },
  REDIS_UNAVAILABLE: { retriable: true },
  STORAGE_UNAVAILABLE: { retriable: true },
  // Exactly once: the owner changed, or the outcome is unknown.
  FENCED: { retriable: false },
  COMMIT_OUTCOME_UNKNOWN: { retriable: true },
  TRANSACTION_ABORTED: { retriable: true },
  STATE_CONFLICT: { retriable: false },
  TASKS_CHANGED: { retriable: false },
  // Delta tables.
  DELTA_CONFLICT: { retriable: true },
  DELTA_UNSUPPORTED: { retriable: false },
  DELTA_CORRUPT: { retriable: false },
  DELTA_OFFSET_MISMATCH: { retriable: true },
  DELTA_SCHEMA_MISMATCH: { retriable: false },
  // The operator's part: clear message, exit.
  CONFIG_INVALID: { retriable: false },
  PORT_TAKEN: { retriable: false },
  ALREADY_RUNNING: { retriable: false },
  PREREQUISITE_MISSING: { retriable: false },
  DISK_FULL: { retriable: false },
  INTERNAL: { retriable: false },
} as const satisfies Record<string, { readonly retriable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What names the culprit: for bad input the field and the value that was sent. */
export type ErrorDetails = {
  readonly field?: string;
  readonly value?: unknown;
  readonly [key: string]: unknown;
};

/** The one error type. `retriable` follows from the code: true means the same call may succeed later. */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlatformError';
    this.code = code;
    this.retriable = ERROR_CODES[code].retriable;
    this.details = options.details ?? {};
  }
}

/** True for a `PlatformError`, optionally of one of the given codes. */
export const isPlatformError = (error: unknown, ...codes: ErrorCode[]): error is PlatformError =>
  error instanceof PlatformError && (codes.length === 0 || codes.includes(error.code));

/** The human-readable message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
