import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import { keyReader } from '../index/key-index.ts';
import type { Row } from '../schema/table-schema.ts';
import type { SinkCommit, SinkLimits, SinkProgress, SinkRoute, WaitingRecord } from '../sink-types.ts';
import type { CommitResult, TransactionStep } from '../table-types.ts';
import { createCommitPace } from './commit-pace.ts';
import { createRecordBuffer, type KeptChange, type RecordBatch, type RecordBuffer } from './record-buffer.ts';

/** The partition's name inside the sink. */
export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** One table's part of a sink: a buffer that fills while the batch before it is being committed. */
export type RouteWriter = {
  /** Takes a record; resolves when there is room for the next one. */
  readonly accept: (record: KafkaRecord) => Promise<void> | void;
  /** Commits what waits; rejects when that or the commit before it fails. */
  readonly flush: () => Promise<void>;
  /** Drops what waits, once the commit under way has come to its end. */
  readonly drop: () => Promise<void>;
  /** Reads the positions of partitions from the table's log and continues from them. */
  readonly load: (partitions: readonly TopicPartition[]) => Promise<ReadonlyMap<string, number>>;
  /** Of every partition that was loaded last. */
  readonly progress: () => readonly SinkProgress[];
};

type Written = { readonly result: CommitResult; readonly rows: number; readonly deletes: number };

type RouteWriterOptions = {
  readonly route: SinkRoute;
  readonly clusterId: string;
  readonly limits: SinkLimits;
  readonly onCommit: ((commit: SinkCommit) => void) | undefined;
  /** Called for a commit in the background that failed; it is not thrown anywhere else. */
  readonly onFailure: (error: unknown) => void;
};

const toTopicPartition = (place: string): TopicPartition => {
  const slash = place.lastIndexOf('/');
  return { topic: place.slice(0, slash), partition: Number(place.slice(slash + 1)) };
};

function* rowsOf(changes: Iterable<KeptChange>): Generator<Row> {
  for (const change of changes) {
    if (change.kind === 'delete') throw new TypeError('a delete needs an upsert table');
    yield change.row;
  }
}

export const createRouteWriter = (options: RouteWriterOptions): RouteWriter => {
  const { route, clusterId, limits } = options;
  const { table } = route;
  const keyOf = table.kind === 'append' ? null : keyReader(table.kind.upsert);
  const emptyBuffer = (): RecordBuffer => createRecordBuffer(keyOf !== null, limits);
  /** What the table's log holds, null before the first commit of a partition. */
  let committed = new Map<string, number | null>();
  /** First offset not taken yet. */
  let next = new Map<string, number>();
  /** The oldest record of each partition that is not in the table; kept when what waits is dropped. */
  const waiting = new Map<string, WaitingRecord>();
  const pace = createCommitPace(limits.milliseconds, limits.longestMilliseconds, limits.backlogMilliseconds);
  let buffer = emptyBuffer();
  let underWay: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const transactionSteps = (batch: RecordBatch): readonly TransactionStep[] =>
    Array.from(batch.nextOffsets, ([place, version]) => ({
      appId: `${clusterId}/${place}`,
      expected: committed.get(place) ?? null,
      version,
    }));

  const append = async (batch: RecordBatch, txns: readonly TransactionStep[]): Promise<Written> => {
    const result = await table.append(rowsOf(batch.changes(route.toChange)), { txns });
    return { result, rows: result.rowsAdded, deletes: 0 };
  };

  const upsert = async (
    batch: RecordBatch,
    keyOf: (row: Row) => string,
    txns: readonly TransactionStep[],
  ): Promise<Written> => {
    const byKey = new Map<string, Row | null>();
    let deletes = 0;
    for (const change of batch.changes(route.toChange)) {
      if (change.kind === 'row') byKey.set(keyOf(change.row), change.row);
      else byKey.set(keyOf(change.key), null);
    }
    for (const row of byKey.values()) if (row === null) deletes++;
    return { result: await table.upsertByKey(byKey, { txns }), rows: byKey.size - deletes, deletes };
  };

  const commit = async (batch: RecordBatch): Promise<void> => {
    const started = performance.now();
    const txns = transactionSteps(batch);
    await route.prepare?.(batch.records());
    const { result, rows, deletes } = await (keyOf === null
      ? append(batch, txns)
      : upsert(batch, keyOf, txns));
    for (const [place, offset] of batch.nextOffsets) {
      committed.set(place, offset);
      const left = buffer.first.get(place);
      if (left === undefined) waiting.delete(place);
      else waiting.set(place, left);
    }
    pace.committed();
    options.onCommit?.({
      table: table.name,
      version: result.version,
      rows,
      deletes,
      bytes: result.bytes,
      seconds: (performance.now() - started) / 1000,
      positions: Array.from(batch.nextOffsets, ([place, offset]) => ({ ...toTopicPartition(place), offset })),
    });
  };

  /** Takes nothing more until positions are loaded. */
  const forget = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    buffer = emptyBuffer();
    next = new Map();
  };

  /** Begins to commit what waits. Only called with no commit under way. */
  const begin = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (buffer.isEmpty()) return;
    const batch = buffer;
    buffer = emptyBuffer();
    const run = async (): Promise<void> => {
      try {
        await commit(batch);
      } catch (error) {
        // At once: what came after the lost batch would be committed over the gap.
        forget();
        throw error;
      } finally {
        underWay = null;
      }
    };
    underWay = run();
    underWay.catch(() => {});
  };

  const inBackground = (): void => {
    begin();
    underWay?.catch(options.onFailure);
  };

  /** Begins a commit in the background once the one under way has ended. */
  const commitNext = async (): Promise<void> => {
    // A failure of that commit has been reported already, and has dropped what waits.
    while (underWay !== null) await (underWay as Promise<void>).catch(() => {});
    inBackground();
  };

  const commitAfter = (wait: number, waited = 0): NodeJS.Timeout => {
    const before = buffer.taken();
    return setTimeout(() => {
      // The timer ends with its buffer: this is still the same one.
      if (pace.waitsOn(buffer.taken() - before, wait, waited + wait))
        timer = commitAfter(wait, waited + wait);
      else void commitNext();
    }, wait);
  };

  return {
    accept: (record) => {
      const place = placeOf(record);
      const from = next.get(place);
      if (from === undefined || record.offset < from) return;
      buffer.add(place, record);
      next.set(place, record.offset + 1);
      if (!waiting.has(place)) waiting.set(place, { offset: record.offset, timestamp: record.timestamp });
      timer ??= commitAfter(pace.next());
      if (buffer.isFull()) return commitNext();
    },
    flush: async () => {
      while (underWay !== null) await (underWay as Promise<void>);
      begin();
      await underWay;
    },
    drop: async () => {
      forget();
      while (underWay !== null) await (underWay as Promise<void>).catch(() => {});
    },
    load: async (partitions) => {
      await table.refresh();
      const positions = new Map<string, number>();
      committed = new Map();
      next = new Map();
      for (const partition of partitions) {
        const place = placeOf(partition);
        const position = table.position(`${clusterId}/${place}`);
        committed.set(place, position);
        next.set(place, position ?? 0);
        if (position !== null) positions.set(place, position);
      }
      for (const [place, { offset }] of waiting) {
        if (!committed.has(place) || offset < (committed.get(place) ?? 0)) waiting.delete(place);
      }
      return positions;
    },
    progress: () =>
      Array.from(committed, ([place, offset]) => ({
        ...toTopicPartition(place),
        table: table.name,
        committed: offset,
        waiting: waiting.get(place) ?? null,
      })),
  };
};
