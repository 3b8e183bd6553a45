import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { ErrorCode } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import type { KafkaClient } from './kafka/api.ts';

/** A record that can never become valid, whole, and why. */
export type FailedRecord = {
  readonly record: KafkaRecord;
  /** The service and the step that gave it up. */
  readonly service: string;
  readonly step: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** How often the record was tried; 1 when its content is at fault. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly failedAt: number;
};

/** Where dead letters go and how they are written there; sent in the transaction that answers for the record. */
export type DeadLetterOutput = {
  readonly topic: string;
  /** Key, value and headers of the dead letter as a record; it may put no partition. */
  readonly encode: (failed: FailedRecord) => Buffer;
};

/** What one transaction takes at most; it never waits to be full. */
export type TransactionLimits = {
  /** Default 50,000 records, or what the processor asks for. */
  readonly records: number;
  /** Of keys and values that were read; default 48 MiB. */
  readonly bytes: number;
  /** Of stepping through records; default 5,000. */
  readonly milliseconds: number;
};

export type ProcessorRuntime = {
  readonly kafka: KafkaClient;
  readonly deadLetters: DeadLetterOutput;
  /** Name of the service, for dead letters. */
  readonly service: string;
  /** Number of tasks; stored with the state, another value is refused with TASKS_CHANGED. */
  readonly tasks: number;
  /** Each task keeps its store under `<stateDir>/<processor>/<task>`. */
  readonly stateDir: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly limits?: Partial<TransactionLimits>;
  /** A member of the group that is silent for longer is dead; default 3,000. */
  readonly sessionTimeoutMilliseconds?: number;
  /**
   * Called once when the processor cannot go on (a bug, a changed number of tasks, state of another cluster);
   * all its tasks have stopped then. By default the error is thrown outside any promise, which ends the process.
   */
  readonly onError?: (error: unknown) => void;
};

export type RunningProcessor = {
  /** Null when every assigned task is processing, else one sentence that says why not. */
  readonly ready: () => string | null;
  /** Finishes the transactions under way and leaves the group. */
  readonly stop: () => Promise<void>;
};
