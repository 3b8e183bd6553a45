import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';

/** What became of a row; null when it was removed. */
export type RowChange<Row> = { readonly key: string; readonly row: Row | null };

/** The newest record of every key of a topic, in memory. Keys are the records' keys as text. */
export type FollowedTable<Row> = {
  readonly get: (key: string) => Row | undefined;
  readonly rows: () => Iterable<Row>;
  readonly size: () => number;
  /** Called after each batch with what changed, keys at most once; gives the way to stop that. */
  readonly onChange: (listener: (changes: readonly RowChange<Row>[]) => void) => () => void;
  /** When the newest record was written to its topic, epoch milliseconds; null while the table is empty. */
  readonly newestAt: () => number | null;
};

/** How a table is made of a topic. */
export type TableDeclaration<Row> = {
  /** Names the table in Redis and in metrics. */
  readonly name: string;
  readonly topic: string;
  /** Throws a PlatformError that says what is wrong with a value. */
  readonly decode: (value: Buffer) => Row;
  /** Resolves schemas not met before; throws REGISTRY_UNAVAILABLE on an outage. JSON topics need none. */
  readonly prepare?: (records: readonly Pick<KafkaRecord, 'value'>[]) => Promise<void>;
  /** Whether records with this key belong to the table at all; all do unless told. */
  readonly accepts?: (key: string) => boolean;
  /** Rows that are so much older than the newest one are forgotten; all stay unless told. */
  readonly age?: { readonly timeOf: (row: Row) => number; readonly keepMilliseconds: number };
};

/** What of a table has to be written to Redis: encoded rows by key (null removes), and what they reflect. */
export type UnsavedRows = {
  readonly rows: ReadonlyMap<string, Buffer | null>;
  /** The next offset to read, by partition. */
  readonly positions: ReadonlyMap<number, number>;
  readonly newestAt: number | null;
};

/** A table's side that fills it: one batch after the other from its topic, or all of what Redis had. */
export type TableIntake = Pick<TableDeclaration<unknown>, 'name' | 'topic'> & {
  readonly prepare: (records: readonly Pick<KafkaRecord, 'value'>[]) => Promise<void>;
  /** Takes records of the topic, in order per partition. Those taken before change nothing that is shown. */
  readonly take: (records: readonly KafkaRecord[]) => void;
  /** Takes rows as Redis had them; `positions` are what they reflect. */
  readonly restore: (
    rows: readonly (readonly [key: string, value: Buffer])[],
    saved: Pick<UnsavedRows, 'positions' | 'newestAt'>,
  ) => void;
  /** The next offset that is not part of the rows, by partition; empty when nothing was read. */
  readonly positions: () => ReadonlyMap<number, number>;
  /** Reading goes on from here: what is saved reflects these positions until more is taken. */
  readonly goBack: (positions: ReadonlyMap<number, number>) => void;
  /** Hands over what was not saved yet. */
  readonly unsaved: () => UnsavedRows;
  /** Gives back what could not be saved; what came meanwhile is newer. */
  readonly notSaved: (rows: UnsavedRows['rows']) => void;
  /** Forgets rows that have become too old. */
  readonly prune: () => void;
  /** Forgets everything. */
  readonly clear: () => void;
};

/** Told of every record that cannot be read; the table goes on without it. */
export type OnUnreadable = (record: KafkaRecord, error: PlatformError) => void;

const isAhead = (current: number | undefined, offset: number): boolean => (current ?? 0) <= offset;

/** An empty table and the way to fill it. */
export const createFollowedTable = <Row>(
  declaration: TableDeclaration<Row>,
  onUnreadable: OnUnreadable,
): { readonly table: FollowedTable<Row>; readonly intake: TableIntake } => {
  const { name, topic, decode, age, accepts = () => true } = declaration;
  const rows = new Map<string, Row>();
  const listeners = new Set<(changes: readonly RowChange<Row>[]) => void>();
  /** What `rows` reflects, and what reading has come to; behind the former while records are read again. */
  const seen = new Map<number, number>();
  let read = new Map<number, number>();
  let unsaved = new Map<string, Buffer | null>();
  let newestAt: number | null = null;

  const tell = (changes: readonly RowChange<Row>[]): void => {
    if (changes.length > 0) for (const listener of listeners) listener(changes);
  };

  /** The row of a record, null for a tombstone; undefined when there is none to be had. */
  const rowOf = (record: KafkaRecord): Row | null | undefined => {
    if (record.value === null) return null;
    try {
      return decode(record.value);
    } catch (error) {
      if (!isPlatformError(error)) throw error;
      onUnreadable(record, error);
      return undefined;
    }
  };

  /** The last record of every key; the others have been replaced already. */
  const newestOf = (records: readonly KafkaRecord[]): ReadonlyMap<string, KafkaRecord> => {
    const newest = new Map<string, KafkaRecord>();
    for (const record of records) {
      read.set(record.partition, record.offset + 1);
      const key = record.key?.toString('utf8') ?? '';
      if (key === '') onUnreadable(record, new PlatformError('KEY_MISSING', `a row of ${topic} has no key`));
      else if (accepts(key)) newest.set(key, record);
    }
    return newest;
  };

  /** The newest of the records up to `newest` of this key that can be read, and its row. */
  const readable = (records: readonly KafkaRecord[], key: string, newest: KafkaRecord) => {
    const row = rowOf(newest);
    if (row !== undefined) return { record: newest, row };
    for (let index = records.indexOf(newest) - 1; index >= 0; index--) {
      const record = records[index]!;
      if (record.key?.toString('utf8') !== key) continue;
      const former = rowOf(record);
      if (former !== undefined) return { record, row: former };
    }
    return null;
  };

  const put = (key: string, row: Row | null): void => {
    if (row === null) rows.delete(key);
    else rows.set(key, row);
  };

  const take = (records: readonly KafkaRecord[]): void => {
    const changes: RowChange<Row>[] = [];
    for (const [key, newest] of newestOf(records)) {
      const found = readable(records, key, newest);
      if (found === null) continue;
      const { record, row } = found;
      // Copied: a slice would keep the whole fetch in memory.
      unsaved.set(key, record.value === null ? null : Buffer.from(record.value));
      if (!isAhead(seen.get(record.partition), record.offset)) continue;
      newestAt = Math.max(newestAt ?? 0, record.timestamp);
      put(key, row);
      changes.push({ key, row });
    }
    for (const [partition, position] of read)
      if (isAhead(seen.get(partition), position)) seen.set(partition, position);
    tell(changes);
  };

  const prune = (): void => {
    if (age === undefined) return;
    let newest = Number.NEGATIVE_INFINITY;
    // A row of the future makes nothing older than it is.
    const now = Date.now();
    for (const row of rows.values()) newest = Math.max(newest, Math.min(now, age.timeOf(row)));
    const changes: RowChange<Row>[] = [];
    for (const [key, row] of rows) {
      if (age.timeOf(row) >= newest - age.keepMilliseconds) continue;
      rows.delete(key);
      unsaved.set(key, null);
      changes.push({ key, row: null });
    }
    tell(changes);
  };

  return {
    table: {
      get: (key) => rows.get(key),
      rows: () => rows.values(),
      size: () => rows.size,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      newestAt: () => newestAt,
    },
    intake: {
      name,
      topic,
      prepare: declaration.prepare ?? (async () => {}),
      take,
      restore: (entries, saved) => {
        const changes: RowChange<Row>[] = [];
        for (const [key, value] of entries) {
          const record = { topic, partition: 0, offset: 0, timestamp: 0, headers: {}, key: null, value };
          const row = rowOf(record);
          if (row === undefined || row === null) continue;
          put(key, row);
          changes.push({ key, row });
        }
        for (const [partition, position] of saved.positions) seen.set(partition, position);
        read = new Map(seen);
        if (saved.newestAt !== null) newestAt = Math.max(newestAt ?? 0, saved.newestAt);
        tell(changes);
      },
      positions: () => seen,
      goBack: (positions) => {
        read = new Map(positions);
      },
      unsaved: () => {
        const handed = unsaved;
        unsaved = new Map();
        return { rows: handed, positions: new Map(read), newestAt };
      },
      notSaved: (handed) => {
        for (const [key, value] of handed) if (!unsaved.has(key)) unsaved.set(key, value);
      },
      prune,
      clear: () => {
        const changes = [...rows.keys()].map((key) => ({ key, row: null }));
        rows.clear();
        seen.clear();
        read.clear();
        unsaved.clear();
        newestAt = null;
        tell(changes);
      },
    },
  };
};
