import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { createLogger } from '@marketing-streams/platform/logging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutgoingRecord, RangeReader, TransactionalProducer } from '../kafka/api.ts';
import type { ProcessorDefinition, Rebuild } from '../processor.ts';
import { sealChanges } from '../state/sealed-changes.ts';
import { codecFinder } from '../state/state-codec.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { TaskStore } from '../state/task-store.ts';
import type { Output } from '../step.ts';
import { createInputBuffer } from './input-buffer.ts';
import { publishDifferences } from './rebuild.ts';
import type { TaskSetup } from './task-setup.ts';
import { draftTransaction } from './transaction.ts';

const { signal } = new AbortController();
const unfitRow: Output = {
  topic: 'rows',
  key: 'unfit',
  value: () => {
    throw new PlatformError('VALUE_INVALID', 'rows: no such amount');
  },
};
const goodRow: Output = { topic: 'rows', key: 'good', value: Buffer.from('1') };

let folder: string;
let told: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unfit-'));
  told = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const setupOf = (definition: Partial<ProcessorDefinition>): TaskSetup => {
  const logger = createLogger('unfit-test');
  logger.level = 'silent';
  const setup: Partial<TaskSetup> = {
    definition: { name: 'p', ruleVersion: '1', pipelines: [], ...definition },
    pipelines: new Map(),
    service: 'p',
    tasks: 1,
    inputs: [{ topic: 'in', partition: 0 }],
    partitions: [0],
    folder,
    limits: { records: 10, bytes: 1_000, milliseconds: 100 },
    metrics: {
      committed: () => {},
      lag: () => {},
      recovered: () => {},
      skipped: () => {},
      restored: () => {},
      fenced: () => {},
      unfit: (topic, code) => told.push(`${topic} ${code}`),
    },
    logger,
  };
  return setup as TaskSetup;
};

const meta: StoreMeta = {
  cluster_id: 'c',
  tasks: 1,
  partitions: 1,
  rule_version: '1',
  owner: { producer_id: '1', epoch: 1 },
  offsets: { 'in/0': 5 },
  transaction: 1,
  stream_time: 0,
  timers: { old: 0 },
  complete: true,
};

describe('a row that cannot be published', () => {
  it('of a timer is left out and told; it does not end the process, which would meet it again', async () => {
    const timers = [
      {
        name: 'old',
        clock: 'wall-clock' as const,
        everyMilliseconds: 1,
        run: () => [unfitRow, goodRow],
      },
    ];
    const seal: TaskStore['seal'] = (changes) => sealChanges(changes, codecFinder({}));
    const store = { get: () => undefined, range: () => [], seal } as Partial<TaskStore> as TaskStore;
    const buffer = createInputBuffer([{ topic: 'in', partition: 0, offset: 5 }]);
    const draft = await draftTransaction({
      setup: setupOf({ timers }),
      store,
      buffer,
      meta,
      runs: [],
      signal,
    });
    expect(draft.outgoing.map(({ key }) => key)).toEqual(['good']);
    expect(told).toEqual(['rows VALUE_INVALID']);
  });

  it('of a rebuilt state is left as it was published, and told; the other rows are mended', async () => {
    const rebuild: Rebuild = {
      sources: [],
      comparisons: [{ topic: 'rows', rows: () => [unfitRow, goodRow], same: (a, b) => a.equals(b) }],
    };
    const sent: OutgoingRecord[] = [];
    const producer: Partial<TransactionalProducer> = {
      begin: () => {},
      send: async (records) => void sent.push(...records),
      sendOffsets: async () => {},
      commit: async () => {},
    };
    const published = ['unfit', 'good', 'nobody'].map((key, offset) => ({
      topic: 'rows',
      partition: 0,
      offset,
      timestamp: 0,
      key: Buffer.from(key),
      value: Buffer.from('0'),
      headers: {},
    }));
    const reader: RangeReader = {
      read: async (_, onFetched) =>
        onFetched([{ topic: 'rows', partition: 0, records: published, position: 3, end: 3, bytes: 0 }]),
      close: async () => {},
    };
    const state = { get: () => undefined, put: () => {}, remove: () => {}, range: () => [] };
    const context = { state, now: 0, partitions: [0] };
    const setup = setupOf({ rebuild });
    await publishDifferences(
      setup,
      rebuild,
      context,
      new Map(),
      producer as TransactionalProducer,
      reader,
      [],
      signal,
    );
    expect(sent.map(({ key, value }) => [key, value?.toString() ?? null])).toEqual([
      ['good', '1'],
      ['nobody', null],
    ]);
    expect(told).toEqual(['rows VALUE_INVALID']);
  });
});
