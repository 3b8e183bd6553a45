import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { reachFailPoint } from '@marketing-streams/platform/fail-points';
import type { Logger } from '@marketing-streams/platform/logging';
import { open } from 'lmdb';
import { partitionsOfTask } from '../assignor.ts';
import type {
  CommittedPosition,
  OutgoingRecord,
  Position,
  RangeReader,
  TransactionalProducer,
} from '../kafka/api.ts';
import type { Rebuild, RebuildComparison, RebuildSource, TaskContext } from '../processor.ts';
import { createOverlay, type Overlay } from '../state/overlay.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { TaskStore } from '../state/task-store.ts';
import { makeRecord } from './output-collector.ts';
import { isRecordAtFault } from './record-at-fault.ts';
import type { TaskSetup } from './task-setup.ts';
import { createTurns } from './turns.ts';
import { waitIfRefused } from './wait-if-refused.ts';

/** A range of every partition of a topic that the task owns: all it holds at the moment. */
export type Snapshot = ReadonlyMap<
  string,
  readonly (TopicPartition & { readonly from: number; readonly to: number })[]
>;

/** What the task's partitions of the topics hold at the moment. */
export const takeSnapshot = async (setup: TaskSetup, topics: readonly string[]): Promise<Snapshot> => {
  const { admin, task, tasks } = setup;
  const names = [...new Set(topics)];
  const counts = await admin.partitionsOf(names);
  const beginnings = new Map<string, number>();
  for (const { topic, partition, offset } of await admin.beginningOffsets(names)) {
    beginnings.set(`${topic}/${partition}`, offset);
  }
  const snapshot = new Map<string, (TopicPartition & { from: number; to: number })[]>();
  for (const { topic, partition, offset } of await admin.endOffsets(names)) {
    if (!partitionsOfTask(task, tasks, counts.get(topic) ?? 0).includes(partition)) continue;
    const list = snapshot.get(topic) ?? [];
    snapshot.set(topic, list);
    list.push({ topic, partition, from: beginnings.get(`${topic}/${partition}`) ?? 0, to: offset });
  }
  return snapshot;
};

/** Rows compared between two looks at the clock. */
const CLOCK_STRIDE = 32;

/** What filling a store from the sources came to. */
export type Loaded = {
  /** Largest timestamp seen; 0 without records. */
  readonly streamTime: number;
  /** Code → records left out, because nothing can be made of them. */
  readonly skipped: ReadonlyMap<string, number>;
};

/**
 * Loads one record, or takes back what it changed and gives the error that blames it. Without a key it belongs
 * to nobody, as on the live path. Any other error is thrown.
 */
const loadRecord = (source: RebuildSource, record: KafkaRecord, overlay: Overlay): PlatformError | null => {
  if (source.until !== 'position' && (record.key === null || record.key.length === 0))
    return new PlatformError('KEY_MISSING', 'the record has no key');
  overlay.mark();
  try {
    source.load(record, overlay.view);
    return null;
  } catch (error) {
    if (!isRecordAtFault(error)) throw error;
    overlay.rollBack();
    return error;
  }
};

/**
 * Fills the (cleared) store from the sources. A record that the live path makes a dead letter of is logged and
 * left out: it is one already, or is no input.
 */
export const loadSources = async (
  { rebuild, logger }: { readonly rebuild: Rebuild; readonly logger: Logger },
  snapshot: Snapshot,
  {
    store,
    meta,
  }: { readonly store: Pick<TaskStore, 'get' | 'range' | 'write' | 'meta'>; readonly meta: StoreMeta },
  reader: Pick<RangeReader, 'read'>,
  signal: AbortSignal,
): Promise<Loaded> => {
  let streamTime = 0;
  const skipped = new Map<string, number>();
  for (const source of rebuild.sources) {
    await reader.read(
      snapshot.get(source.topic) ?? [],
      async (fetched) => {
        const records: KafkaRecord[] = fetched.flatMap((piece) => [...piece.records]);
        await source.prepare?.(records);
        const overlay = createOverlay(store);
        for (const record of records) {
          const error = loadRecord(source, record, overlay);
          if (error !== null) {
            const { topic, partition, offset } = record;
            logger.error({ code: error.code, topic, partition, offset }, `left out: ${error.message}`);
            skipped.set(error.code, (skipped.get(error.code) ?? 0) + 1);
          }
          if (record.timestamp > streamTime) streamTime = record.timestamp;
        }
        store.write(overlay.changes, meta, store.meta());
        reachFailPoint('during-rebuild');
      },
      signal,
    );
  }
  return { streamTime, skipped };
};

/** A published row that cannot be read is not the same as anything. */
export const saysTheSame = (comparison: RebuildComparison, published: Buffer, rebuilt: Buffer): boolean => {
  try {
    return comparison.same(published, rebuilt);
  } catch (error) {
    if (!isRecordAtFault(error)) throw error;
    return false;
  }
};

const isPublished = (
  comparison: RebuildComparison,
  published: Buffer | undefined,
  rebuilt: Buffer | null,
): boolean =>
  published === undefined || rebuilt === null
    ? published === undefined && rebuilt === null
    : saysTheSame(comparison, published, rebuilt);

/** The task's own rows on a compacted topic, newest value per key, on disk for as long as they are compared. */
const readPublished = async (
  comparison: RebuildComparison,
  folder: string,
  snapshot: Snapshot,
  reader: RangeReader,
  signal: AbortSignal,
) => {
  await rm(folder, { recursive: true, force: true });
  const environment = open<Buffer, string>({ path: folder, encoding: 'binary', noSync: true });
  await reader.read(
    snapshot.get(comparison.topic) ?? [],
    async (fetched) => {
      const records = fetched.flatMap((piece) => [...piece.records]);
      await comparison.prepare?.(records);
      environment.transactionSync(() => {
        for (const { key, value } of records) {
          if (key === null) continue;
          const name = key.toString('utf8');
          if (value === null) environment.remove(name);
          else environment.put(name, value);
        }
      });
    },
    signal,
  );
  /** Removals go together in the background; the last one is done when all are. */
  let removed: Promise<boolean> = Promise.resolve(true);
  return {
    get: (key: string): Buffer | undefined => environment.get(key),
    settle: (key: string): void => {
      removed = environment.remove(key);
    },
    leftKeys: async (): Promise<string[]> => {
      await removed;
      return [...environment.getKeys()];
    },
    close: async (): Promise<void> => {
      await environment.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/**
 * What differs between the rebuilt state and what the task has published: changed and missing rows, and a
 * tombstone for every published row that the state does not stand for. A row that cannot be published is told and
 * left as it was: live, the record that led to it would have become a dead letter and changed nothing.
 */
async function* differences(
  setup: TaskSetup,
  comparison: RebuildComparison,
  context: TaskContext,
  snapshot: Snapshot,
  reader: RangeReader,
  signal: AbortSignal,
): AsyncIterable<OutgoingRecord> {
  const { logger, metrics } = setup;
  const folder = join(setup.folder, 'published');
  // A state of a million rows takes seconds: the group hears of us meanwhile.
  const turns = createTurns(signal);
  const published = await readPublished(comparison, folder, snapshot, reader, signal);
  try {
    let rows = 0;
    for (const output of comparison.rows(context)) {
      if (++rows % CLOCK_STRIDE === 0 && turns.isOver()) await turns.next();
      const rebuilt = makeRecord(output);
      const present = published.get(output.key);
      if (present !== undefined) published.settle(output.key);
      if ('code' in rebuilt) {
        const { topic, key } = output;
        logger.error({ code: rebuilt.code, topic, key }, `left as it was published: ${rebuilt.message}`);
        metrics.unfit(topic, rebuilt.code);
      } else if (!isPublished(comparison, present, rebuilt.value)) yield rebuilt;
    }
    for (const key of await published.leftKeys()) yield { topic: comparison.topic, key, value: null };
  } finally {
    await published.close();
  }
}

/**
 * Publishes the differences, in transactions of the usual size; the last one also commits the positions, so
 * that a crash on the way begins the rebuild again, with fewer differences left.
 * Gives the number of rows published.
 */
export const publishDifferences = async (
  setup: TaskSetup,
  rebuild: Rebuild,
  context: TaskContext,
  snapshot: Snapshot,
  producer: TransactionalProducer,
  reader: RangeReader,
  positions: readonly CommittedPosition[],
  signal: AbortSignal,
): Promise<number> => {
  let chunk: OutgoingRecord[] = [];
  let bytes = 0;
  let total = 0;
  const publish = async (last: boolean): Promise<void> => {
    signal.throwIfAborted();
    producer.begin();
    if (chunk.length > 0) await waitIfRefused(producer.send(chunk));
    if (last) await producer.sendOffsets(setup.definition.name, positions);
    await producer.commit();
    reachFailPoint('during-rebuild');
    total += chunk.length;
    chunk = [];
    bytes = 0;
  };
  for (const comparison of rebuild.comparisons) {
    for await (const record of differences(setup, comparison, context, snapshot, reader, signal)) {
      chunk.push(record);
      bytes += record.value?.length ?? 0;
      if (chunk.length >= setup.limits.records || bytes >= setup.limits.bytes) await publish(false);
    }
  }
  await publish(true);
  return total;
};

/** The snapshot in which sources that are read to the task's positions end there. */
export const upToPositions = (
  snapshot: Snapshot,
  rebuild: Rebuild,
  positions: readonly Position[],
): Snapshot => {
  const clipped = new Map(snapshot);
  for (const { topic, until } of rebuild.sources) {
    if (until !== 'position') continue;
    const ends = new Map(
      positions.filter((one) => one.topic === topic).map((one) => [one.partition, one.offset]),
    );
    const ranges = (snapshot.get(topic) ?? []).map((range) => {
      const to = Math.min(range.to, ends.get(range.partition) ?? range.from);
      return { ...range, to: Math.max(range.from, to) };
    });
    clipped.set(topic, ranges);
  }
  return clipped;
};

/** Where the task goes on: at the snapshot for inputs that were sources, where it was for the others. */
export const positionsAfterRebuild = (
  positions: readonly Position[],
  rebuild: Rebuild,
  snapshot: Snapshot,
): readonly Position[] => {
  const sources = new Set(rebuild.sources.map(({ topic }) => topic));
  return positions.map((position) => {
    if (!sources.has(position.topic)) return position;
    const range = snapshot.get(position.topic)?.find(({ partition }) => partition === position.partition);
    return range === undefined ? position : { ...position, offset: Math.max(position.offset, range.to) };
  });
};
