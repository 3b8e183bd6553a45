import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { ErrorCode } from '@marketing-streams/platform/errors';
import type { StateView } from './state/state-view.ts';

/** A record to publish. A step describes it; only the runtime sends it. */
export type Output = {
  readonly topic: string;
  readonly key: string;
  /** Target partition; without it murmur2 of the key decides, as in Java clients. */
  readonly partition?: number;
  /** Null is a tombstone. A function is called once, when the transaction is sent. */
  readonly value: Buffer | null | (() => Buffer | null);
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /**
   * Within one transaction only the last output of this topic and key is sent. For compacted topics, whose
   * readers want the newest row and not its way there; this is what makes a backlog cheap.
   */
  readonly latestOnly?: boolean;
};

/** What a step can see besides its value. */
export type StepContext = {
  /** The record at hand. */
  readonly record: KafkaRecord;
  /** The state of the task that owns the record's partition; changes are kept only if the transaction commits. */
  readonly state: StateView;
  /** Wall clock at the beginning of the transaction, epoch milliseconds. */
  readonly now: number;
  /** `restore`: an input already answered for is folded again; nothing that is returned gets published. */
  readonly mode: 'live' | 'restore';
};

export type StepResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value; readonly outputs: readonly Output[] }
  | { readonly kind: 'drop'; readonly reason: string }
  | { readonly kind: 'dead-letter'; readonly code: ErrorCode; readonly message: string };

/**
 * One named, synchronous part of a pipeline. The function's name is the metric's label and the dead letter's
 * `step`. It may throw a PlatformError: not retriable becomes a dead letter, retriable backs off and tries the
 * transaction again; anything else ends the process.
 */
export type Step<In, Out> = (value: In, context: StepContext) => StepResult<Out>;

const NO_OUTPUTS: readonly Output[] = [];

/** The value goes to the next step; the outputs are published with the transaction. */
export const ok = <Value>(value: Value, outputs: readonly Output[] = NO_OUTPUTS): StepResult<Value> => ({
  kind: 'ok',
  value,
  outputs,
});

/** The record needs nothing more; `reason` labels the metric. */
export const drop = (reason: string): StepResult<never> => ({ kind: 'drop', reason });

/** The record can never become valid; it is kept whole on the dead-letter queue. */
export const deadLetter = (code: ErrorCode, message: string): StepResult<never> => ({
  kind: 'dead-letter',
  code,
  message,
});
