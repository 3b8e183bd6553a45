import { statSync } from 'node:fs';
import { join } from 'node:path';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import { createOverlay } from '@marketing-streams/stream/state/overlay';
import type { StoreMeta } from '@marketing-streams/stream/state/store-meta';
import { openTaskStore } from '@marketing-streams/stream/state/task-store';
import { createOutputCollector } from '@marketing-streams/stream/task/output-collector';
import { stepRecords } from '@marketing-streams/stream/task/step-records';
import { createTurns } from '@marketing-streams/stream/task/turns';

/** Topics in memory: what a lane publishes, another one reads as the broker would give it back. */
export type Topics = {
  readonly append: (records: readonly OutgoingRecord[]) => void;
  /** Records of a topic's partitions from a position on, one run per partition, at most `limit` in all. */
  readonly read: (
    topics: readonly string[],
    positions: Map<string, number>,
    limit: number,
  ) => KafkaRecord[][];
  readonly counts: () => ReadonlyMap<string, number>;
};

/** Makes topics with as many partitions; records get the time at which they are appended. */
export const memoryTopics = (partitions: number): Topics => {
  const logs = new Map<string, KafkaRecord[]>();
  const logOf = (name: string): KafkaRecord[] => {
    const log = logs.get(name) ?? [];
    logs.set(name, log);
    return log;
  };
  return {
    append: (records) => {
      const now = Date.now();
      for (const { topic, key, value, partition, timestamp } of records) {
        const bytes = typeof key === 'string' ? Buffer.from(key) : key;
        const place = partition ?? (bytes === null ? 0 : partitionOf(bytes, partitions));
        const log = logOf(`${topic}/${place}`);
        log.push({
          topic,
          partition: place,
          offset: log.length,
          timestamp: timestamp ?? now,
          key: bytes,
          value,
          headers: {},
        });
      }
    },
    read: (topics, positions, limit) => {
      const names = topics.flatMap((topic) =>
        Array.from({ length: partitions }, (_, partition) => `${topic}/${partition}`),
      );
      const waiting = names.reduce((sum, name) => sum + logOf(name).length - (positions.get(name) ?? 0), 0);
      const share = Math.min(1, limit / Math.max(1, waiting));
      return names.map((name) => {
        const from = positions.get(name) ?? 0;
        const log = logOf(name);
        const to = from + Math.ceil((log.length - from) * share);
        positions.set(name, to);
        return log.slice(from, to);
      });
    },
    counts: () => {
      const counts = new Map<string, number>();
      for (const [name, log] of logs) {
        const topic = name.slice(0, name.lastIndexOf('/'));
        counts.set(topic, (counts.get(topic) ?? 0) + log.length);
      }
      return counts;
    },
  };
};

/** What a lane has done so far. */
export type LaneUsage = {
  /** Records taken from its inputs. */
  readonly records: number;
  readonly outputs: number;
  readonly transactions: number;
  /** CPU of the whole process (garbage collection included) while the lane ran, microseconds. */
  readonly cpuMicroseconds: number;
  /** Of those: composing and encoding outputs, writing the state. */
  readonly collectMicroseconds: number;
  readonly storeMicroseconds: number;
  /** Size of the store's file now. */
  readonly stateBytes: number;
};

/** One processor with its store, and no broker. */
export type Lane = {
  /** One transaction of at most `limit` records; false when nothing waits. */
  readonly run: (topics: Topics, limit: number) => Promise<boolean>;
  readonly usage: () => LaneUsage;
  readonly close: () => Promise<void>;
};

const NEVER = (): boolean => false;

const cpuMicroseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Opens a lane for a processor with an empty store in the folder. */
export const openLane = async (definition: ProcessorDefinition, folder: string): Promise<Lane> => {
  const store = openTaskStore(folder, definition.state);
  const owner = { producer_id: '1', epoch: 0 };
  await store.claim(owner);
  let meta: StoreMeta = {
    cluster_id: 'bench',
    tasks: 1,
    partitions: 6,
    rule_version: definition.ruleVersion,
    owner,
    offsets: {},
    transaction: 0,
    stream_time: 0,
    timers: {},
    complete: true,
  };
  store.clear(meta);
  const pipelines = new Map(definition.pipelines.map((pipeline) => [pipeline.topic, pipeline]));
  const positions = new Map<string, number>();
  let [records, outputs, transactions, cpu, collecting, storing] = [0, 0, 0, 0, 0, 0];

  return {
    run: async (topics, limit) => {
      const runs = topics.read([...pipelines.keys()], positions, limit);
      if (runs.every(({ length }) => length === 0)) return false;
      for (const run of runs) {
        if (run[0] !== undefined) await pipelines.get(run[0].topic)?.prepare(run);
      }
      const began = cpuMicroseconds();
      const overlay = createOverlay(store);
      const collector = createOutputCollector();
      const turns = createTurns();
      const stepped = await stepRecords(runs, {
        pipelines,
        service: 'bench',
        overlay,
        mode: 'live',
        now: Date.now(),
        collector,
        refused: new Map(),
        turns,
        isTimeUp: NEVER,
      });
      const beforeCollect = cpuMicroseconds();
      const collected = await collector.collect(turns);
      if (collected.refused.length > 0 || stepped.failed.length > 0)
        throw new Error(`${definition.name} refuses records of the bench`);
      const beforeStore = cpuMicroseconds();
      const next = { ...meta, transaction: meta.transaction + 1, offsets: Object.fromEntries(positions) };
      store.write(overlay.changes, next, meta);
      meta = next;
      const ended = cpuMicroseconds();
      cpu += ended - began;
      collecting += beforeStore - beforeCollect;
      storing += ended - beforeStore;
      records += stepped.records;
      outputs += collected.records.length;
      transactions++;
      topics.append(collected.records);
      return true;
    },
    usage: () => ({
      records,
      outputs,
      transactions,
      cpuMicroseconds: cpu,
      collectMicroseconds: collecting,
      storeMicroseconds: storing,
      stateBytes: statSync(join(folder, 'data.mdb')).size,
    }),
    close: () => store.close(),
  };
};
