import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { Pipeline } from './pipeline.ts';
import type { StateCodecs } from './state/state-codec.ts';
import type { StateView } from './state/state-view.ts';
import type { Output } from './step.ts';

/** What a timer or a comparison can see. */
export type TaskContext = {
  readonly state: StateView;
  /** `wall-clock` timers: the wall clock; `event-time` timers: the stream time; epoch milliseconds. */
  readonly now: number;
  /** The partitions this task owns, the same of every input topic. */
  readonly partitions: readonly number[];
};

/**
 * Punctuation: called at the end of a transaction (or in one of its own when no record comes) once at least
 * `everyMilliseconds` have gone by on its clock.
 */
export type Timer = {
  readonly name: string;
  readonly clock: 'wall-clock' | 'event-time';
  readonly everyMilliseconds: number;
  readonly run: (context: TaskContext) => readonly Output[];
};

/** A compacted topic from which a lost store is filled again. */
export type RebuildSource = {
  readonly topic: string;
  /**
   * How far it is read: to a snapshot of its end (default), or to the task's committed position. The latter is for
   * an input that is folded over what compacted topics say, from as far back as it is kept: the task goes on from
   * where it was, so that no record is only loaded that others were to hear of. Its records need no key.
   */
  readonly until?: 'end' | 'position';
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
  /** Puts one record (a tombstone included) into the state; returns nothing since nothing is published. */
  readonly load: (record: KafkaRecord, state: StateView) => void;
};

/** An own compacted output with which a rebuilt state is compared; only differences are published. */
export type RebuildComparison = {
  readonly topic: string;
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
  /** Every row the rebuilt state stands for. */
  readonly rows: (context: TaskContext) => Iterable<Output>;
  /** True when the published value says the same as the rebuilt one. */
  readonly same: (published: Buffer, rebuilt: Buffer) => boolean;
};

/**
 * How a lost store comes back: sources are read one after the other from their beginning to a snapshot of their end,
 * nothing is published, then own outputs are compared. A source that is also an input moves the task's position to
 * that snapshot (unless it is read `until` the position); the differences and the new position are committed in one
 * transaction.
 */
export type Rebuild = {
  readonly sources: readonly RebuildSource[];
  readonly comparisons: readonly RebuildComparison[];
};

/** A stream processor, declared as data. */
export type ProcessorDefinition = {
  /** Consumer group, prefix of the transactional ids, folder of the state. */
  readonly name: string;
  /** Version of the rules whose results the state holds; another one than the stored makes the state be rebuilt. */
  readonly ruleVersion: string;
  /** How values of the state are written, by the first character of their keys; JSON without. */
  readonly state?: StateCodecs;
  /** One pipeline per input topic; all input topics have the same number of partitions. */
  readonly pipelines: readonly Pipeline[];
  readonly timers?: readonly Timer[];
  /**
   * For a processor whose outputs replace each other: what it takes together costs its readers one row a key. While
   * it is flooded it takes up to so many records in one transaction, and waits so long for them (default 0).
   */
  readonly backlog?: { readonly records: number; readonly gatherMilliseconds: number };
  /** See `GroupConsumerOptions`: more for a processor whose outputs nobody waits for, to spare the broker. */
  readonly paceMilliseconds?: number;
  /** Without it the state is taken as derived from the inputs alone and refolded from their beginning. */
  readonly rebuild?: Rebuild;
};
