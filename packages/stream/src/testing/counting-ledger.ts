import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Producer } from '../kafka/api.ts';
import { type CountingTopics, INVALID, type JournalEntry } from './counting-processor.ts';
import type { WorkerSettings } from './counting-worker.ts';
import { type KafkaFixture, until } from './kafka-fixture.ts';

/** What was sent to a counting processor, and the proof that all of it came out exactly once. */
export type CountingLedger = {
  readonly settings: WorkerSettings;
  /** Sends so many inputs over both topics, some of them invalid. */
  readonly send: (records: number) => Promise<void>;
  /** Waits until the group has answered for everything sent. */
  readonly settled: (milliseconds?: number) => Promise<void>;
  /** Holds journal, counts and dead letters against what was sent. */
  readonly verify: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const PARTITIONS = 6;
const KEYS = 17;
const EVERY_INVALID = 23;

/** Topics, group and state folder of their own for one test. */
export const openCountingLedger = async (
  fixture: KafkaFixture,
  part: string,
  options: Partial<Pick<WorkerSettings, 'rebuild' | 'tasks' | 'servers'>> = {},
): Promise<CountingLedger> => {
  const stateDir = mkdtempSync(join(tmpdir(), 'stream-fault-'));
  const compacted = { 'cleanup.policy': 'compact' };
  const topics: CountingTopics = {
    inputs: [await fixture.topic(`${part}.a`, PARTITIONS), await fixture.topic(`${part}.b`, PARTITIONS)],
    journal: await fixture.topic(`${part}.journal`, PARTITIONS),
    counts: await fixture.topic(`${part}.counts`, PARTITIONS, compacted),
    deadLetters: await fixture.topic(`${part}.dead`, 1),
  };
  const settings: WorkerSettings = {
    servers: fixture.servers,
    name: fixture.name(part),
    topics,
    stateDir,
    tasks: 3,
    rebuild: false,
    ...options,
  };
  const producer: Producer = fixture.kafka.producer({ sendTimeoutMilliseconds: 20_000 });
  const sent = new Map<string, string[]>();
  let invalid = 0;
  let next = 0;

  return {
    settings,
    send: async (records) => {
      const batch = Array.from({ length: records }, () => {
        const number = next++;
        const key = `key-${number % KEYS}`;
        const isInvalid = number % EVERY_INVALID === 0;
        if (isInvalid) invalid += 1;
        else sent.set(key, [...(sent.get(key) ?? []), `${number}`]);
        const topic = topics.inputs[number % 2] ?? '';
        return { topic, key, value: Buffer.from(isInvalid ? INVALID : `${number}`) };
      });
      await producer.send(batch);
    },
    settled: async (milliseconds = 60_000) => {
      const ends = await fixture.admin.endOffsets(topics.inputs);
      await until(
        'the group has answered for all inputs',
        async () => {
          const committed = await fixture.admin.committedPositions(settings.name, ends);
          const positions = new Map(committed.map((c) => [`${c.topic}/${c.partition}`, c.offset]));
          return ends.every(
            ({ topic, partition, offset }) => (positions.get(`${topic}/${partition}`) ?? 0) >= offset,
          );
        },
        milliseconds,
      );
    },
    verify: async () => {
      const journal = new Map<string, JournalEntry[]>();
      for (const { key, value } of await fixture.readAll(topics.journal)) {
        const entry = JSON.parse(String(value)) as JournalEntry;
        journal.set(String(key), [...(journal.get(String(key)) ?? []), entry]);
      }
      const newest = new Map<string, number>();
      for (const { key, value } of await fixture.readAll(topics.counts)) {
        newest.set(String(key), JSON.parse(String(value)) as number);
      }
      for (const [key, ids] of sent) {
        const entries = journal.get(key) ?? [];
        expect(entries.map(({ count }) => count)).toEqual(ids.map((_, i) => i + 1));
        expect(entries.map(({ id }) => id).sort()).toEqual([...ids].sort());
        expect(newest.get(key)).toBe(ids.length);
      }
      expect(journal.size).toBe(sent.size);
      const dead = await fixture.readAll(topics.deadLetters);
      const places = dead.map(({ value }) => {
        const { topic, partition, offset } = JSON.parse(String(value)) as Record<string, unknown>;
        return `${topic}/${partition}/${offset}`;
      });
      expect(new Set(places).size).toBe(places.length);
      expect(places).toHaveLength(invalid);
    },
    close: async () => {
      await producer.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
