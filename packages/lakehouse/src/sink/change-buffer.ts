import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { Row } from '../schema/table-schema.ts';
import type { RowChange, SinkLimits, WaitingRecord } from '../sink-types.ts';

/** What one commit will hold. */
export type ChangeBatch = {
  readonly rows: readonly Row[];
  /** Key columns of the rows to delete. */
  readonly deletes: readonly Row[];
  /** The next offset to read, by `topic/partition`. */
  readonly nextOffsets: ReadonlyMap<string, number>;
};

/** Gathers changes in the order of arrival; in an upsert table only the last change of a key remains. */
export type ChangeBuffer = {
  readonly add: (place: string, record: KafkaRecord, change: RowChange) => void;
  readonly isEmpty: () => boolean;
  readonly isFull: () => boolean;
  readonly batch: () => ChangeBatch;
  /** The first record taken, by `topic/partition`. */
  readonly first: ReadonlyMap<string, WaitingRecord>;
};

type KeyedChange = Exclude<RowChange, { readonly kind: 'skip' }>;

/** An empty buffer; `keyOf` is null for append tables, which take rows only. */
export const createChangeBuffer = (
  keyOf: ((row: Row) => string) | null,
  limits: Pick<SinkLimits, 'rows' | 'bytes'>,
): ChangeBuffer => {
  const rows: Row[] = [];
  const byKey = new Map<string, KeyedChange>();
  const nextOffsets = new Map<string, number>();
  const first = new Map<string, WaitingRecord>();
  let bytes = 0;

  const keep = (change: KeyedChange): void => {
    if (keyOf !== null) byKey.set(keyOf(change.kind === 'row' ? change.row : change.key), change);
    else if (change.kind === 'row') rows.push(change.row);
    else throw new TypeError('a delete needs an upsert table');
  };

  return {
    add: (place, record, change) => {
      if (change.kind !== 'skip') keep(change);
      nextOffsets.set(place, record.offset + 1);
      if (!first.has(place)) first.set(place, { offset: record.offset, timestamp: record.timestamp });
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    },
    first,
    isEmpty: () => nextOffsets.size === 0,
    isFull: () => rows.length + byKey.size >= limits.rows || bytes >= limits.bytes,
    batch: () => {
      if (keyOf === null) return { rows, deletes: [], nextOffsets };
      const changes = [...byKey.values()];
      return {
        rows: changes.flatMap((change) => (change.kind === 'row' ? [change.row] : [])),
        deletes: changes.flatMap((change) => (change.kind === 'delete' ? [change.key] : [])),
        nextOffsets,
      };
    },
  };
};
