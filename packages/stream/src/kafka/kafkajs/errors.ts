import { type ErrorCode, PlatformError } from '@marketing-streams/platform/errors';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';

/** What kafkajs throws: `type` is the protocol's error name, when it is a broker's answer. */
type KafkajsError = Error & { readonly type?: string; readonly retriable?: boolean };

const isKafkajsError = (error: unknown): error is KafkajsError =>
  error instanceof Error && (error.name.startsWith('KafkaJS') || 'retriable' in error);

/** The innermost cause: kafkajs wraps what it gave up retrying. */
const rootOf = (error: unknown): unknown =>
  isKafkajsError(error) && error.cause !== undefined && error.cause !== error ? rootOf(error.cause) : error;

/** The protocol's name of the broker's error, e.g. CONCURRENT_TRANSACTIONS; undefined for any other error. */
export const protocolErrorOf = (error: unknown): string | undefined => {
  const root = rootOf(error);
  return isKafkajsError(root) ? root.type : undefined;
};

/** An exception for a protocol error code. */
export const protocolError = (code: number): Error => createErrorFromCode(code);

/** Broker answers that another try, elsewhere or later, may turn into a success. */
const TRANSIENT = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_CONTROLLER',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'UNSTABLE_OFFSET_COMMIT',
  'CONCURRENT_TRANSACTIONS',
]);

const CODES: Readonly<Record<string, ErrorCode>> = {
  INVALID_PRODUCER_EPOCH: 'FENCED',
  INVALID_PRODUCER_ID_MAPPING: 'TRANSACTION_ABORTED',
  INVALID_TXN_STATE: 'TRANSACTION_ABORTED',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'TRANSACTION_ABORTED',
  UNKNOWN_PRODUCER_ID: 'TRANSACTION_ABORTED',
  MESSAGE_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  RECORD_LIST_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  INVALID_TOPIC_EXCEPTION: 'NOT_FOUND',
  INCONSISTENT_GROUP_PROTOCOL: 'TASKS_CHANGED',
};

/** PRODUCER_FENCED, which kafkajs does not know. */
const isProducerFenced = (error: Error): boolean => error.message === 'Unknown error code 90';

/** A request on a connection that was closed meanwhile: kafkajs throws a plain Error then. */
const isHungUp = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Broker not connected';

/**
 * The platform's word for what kafkajs threw: FENCED, TRANSACTION_ABORTED, PAYLOAD_TOO_LARGE, KAFKA_UNAVAILABLE
 * for everything that has to do with connections and brokers; INTERNAL for a broker's answer that nobody
 * foresaw. What is not from kafkajs comes back as it is.
 */
export const toPlatformError = (error: unknown, doing: string): unknown => {
  if (error instanceof PlatformError) return error;
  const root = rootOf(error);
  if (!isKafkajsError(root)) {
    return isHungUp(root)
      ? new PlatformError('KAFKA_UNAVAILABLE', `${doing}: the connection was closed`, { cause: error })
      : error;
  }
  const message = `${doing}: ${root.message}`;
  if (isProducerFenced(root)) return new PlatformError('FENCED', message, { cause: error });
  if (root.type === undefined || TRANSIENT.has(root.type)) {
    return new PlatformError('KAFKA_UNAVAILABLE', message, { cause: error });
  }
  return new PlatformError(CODES[root.type] ?? 'INTERNAL', message, { cause: error });
};

/** Runs `action`, with its errors as the platform's. */
export const translated = async <T>(doing: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (error) {
    throw toPlatformError(error, doing);
  }
};
