/*
 * What a task commits along with its positions (the metadata of an offset commit): enough to fold its last
 * transaction again exactly as it was.
 */

export type TransactionNote = {
  readonly tasks: number;
  /** Counts the task's transactions. */
  readonly transaction: number;
  /** Wall clock of the transaction, epoch milliseconds. */
  readonly now: number;
  /** Timers that ran at its end. */
  readonly timers: readonly string[];
  /**
   * `topic/partition/offset` of records that became dead letters for a reason that going through them again need not
   * find: what they led to could not be published, or nobody knew their schema.
   */
  readonly refused: readonly string[];
  /** Such records in the task's whole life, those of this transaction included; 0 unless told. */
  readonly refusals?: number;
};

/**
 * Brokers allow 4,096 bytes of metadata (`offset.metadata.max.bytes`): a transaction takes no further record when the
 * places of refused ones come to more characters than this. The longest place has some 300.
 */
export const ROOM_FOR_REFUSED = 3_000;

/** As metadata text. */
export const encodeNote = (note: TransactionNote): string => JSON.stringify(note);

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Null for metadata that somebody else wrote, e.g. a tool that set the group's positions. */
export const decodeNote = (metadata: string): TransactionNote | null => {
  if (!metadata.startsWith('{')) return null;
  try {
    const value = JSON.parse(metadata) as Partial<TransactionNote>;
    const { tasks, transaction, now } = value;
    if (typeof tasks !== 'number' || typeof transaction !== 'number' || typeof now !== 'number') return null;
    const refusals = typeof value.refusals === 'number' ? value.refusals : 0;
    return {
      tasks,
      transaction,
      now,
      timers: textsOf(value.timers),
      refused: textsOf(value.refused),
      refusals,
    };
  } catch {
    return null;
  }
};

/** The note of the newest transaction among a task's partitions. */
export const newestNote = (metadata: Iterable<string>): TransactionNote | null => {
  let newest: TransactionNote | null = null;
  for (const text of metadata) {
    const note = decodeNote(text);
    if (note !== null && (newest === null || note.transaction > newest.transaction)) newest = note;
  }
  return newest;
};
