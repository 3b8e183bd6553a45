import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { RowChange, SinkLimits, WaitingRecord } from '../sink-types.ts';

/** A change that a commit takes. */
export type KeptChange = Exclude<RowChange, { readonly kind: 'skip' }>;

/** The records of one commit, not converted yet. */
export type RecordBatch = {
  /** All of them: in an upsert table one that was superseded counts when those after it cannot be used. */
  readonly records: () => readonly KafkaRecord[];
  /**
   * What they mean, in the order of arrival. Of a key's records the last one that is not skipped counts; those
   * before it are never converted.
   */
  readonly changes: (toChange: (record: KafkaRecord) => RowChange) => Iterable<KeptChange>;
  /** The next offset to read, by `topic/partition`. */
  readonly nextOffsets: ReadonlyMap<string, number>;
};

/** Gathers records in the order of arrival. */
export type RecordBuffer = RecordBatch & {
  readonly add: (place: string, record: KafkaRecord) => void;
  /** Records taken, superseded ones too. */
  readonly taken: () => number;
  readonly isEmpty: () => boolean;
  readonly isFull: () => boolean;
  /** The first record taken, by `topic/partition`. */
  readonly first: ReadonlyMap<string, WaitingRecord>;
};

/** No record with the same key came before. */
const NONE = -1;

/**
 * An empty buffer. `coalesces` for upsert tables, whose topics are compacted: a record takes the place of the one
 * before it with the same key, as it will on the topic, and only what is left has to be decoded.
 */
export const createRecordBuffer = (
  coalesces: boolean,
  limits: Pick<SinkLimits, 'rows' | 'bytes'>,
): RecordBuffer => {
  const all: KafkaRecord[] = [];
  /** The number of the record before with the same key: the one that counts if this one turns out to be unusable. */
  const former: number[] = [];
  const isSuperseded: boolean[] = [];
  const newest = new Map<string, number>();
  const nextOffsets = new Map<string, number>();
  const first = new Map<string, WaitingRecord>();
  let superseded = 0;
  let bytes = 0;

  const coalesce = (key: Buffer, number: number): void => {
    // One character a byte: keys that are no valid UTF-8 stay apart.
    const text = key.toString('latin1');
    const before = newest.get(text);
    newest.set(text, number);
    if (before === undefined) return;
    former[number] = before;
    isSuperseded[before] = true;
    superseded++;
  };

  return {
    nextOffsets,
    first,
    add: (place, record) => {
      const number = all.push(record) - 1;
      former.push(NONE);
      isSuperseded.push(false);
      if (coalesces && record.key !== null) coalesce(record.key, number);
      nextOffsets.set(place, record.offset + 1);
      if (!first.has(place)) first.set(place, { offset: record.offset, timestamp: record.timestamp });
      // Superseded ones count: they lie in the same memory as what the others are read from.
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    },
    taken: () => all.length,
    isEmpty: () => nextOffsets.size === 0,
    isFull: () => all.length - superseded >= limits.rows || bytes >= limits.bytes,
    records: () => all,
    changes: function* (toChange) {
      for (let number = 0; number < all.length; number++) {
        if (isSuperseded[number]) continue;
        let change = toChange(all[number]!);
        for (
          let before = former[number]!;
          change.kind === 'skip' && before !== NONE;
          before = former[before]!
        )
          change = toChange(all[before]!);
        if (change.kind !== 'skip') yield change;
      }
    },
  };
};
