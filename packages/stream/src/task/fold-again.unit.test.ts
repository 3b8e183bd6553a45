import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { from } from '../pipeline.ts';
import type { Timer } from '../processor.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import { openTaskStore, type TaskStore } from '../state/task-store.ts';
import { ok, type Step } from '../step.ts';
import { foldAgain } from './fold-again.ts';
import { planRestore } from './restore-plan.ts';
import type { TaskSetup } from './task-setup.ts';
import { encodeNote } from './transaction-note.ts';

const owner = { producer_id: '1', epoch: 1 };
const meta: StoreMeta = {
  cluster_id: 'c',
  tasks: 1,
  partitions: 1,
  rule_version: '1',
  owner,
  offsets: { 'in/0': 0 },
  transaction: 1,
  stream_time: 0,
  timers: {},
  complete: true,
};

/** Every record can be read by now, whatever was said of it the first time. */
const keep: Step<KafkaRecord, null> = function keep(record, { state }) {
  state.put(`kept/${record.offset}`, record.value?.toString());
  return ok(null);
};

let folder: string;
let store: TaskStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fold-again-'));
  store = openTaskStore(folder);
  await store.claim(owner);
  store.write(new Map(), meta, null);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const records = [0, 1, 2].map(
  (offset): KafkaRecord => ({
    topic: 'in',
    partition: 0,
    offset,
    timestamp: offset,
    key: Buffer.from('k'),
    value: Buffer.from(String(offset)),
    headers: {},
  }),
);

it('a record that was a dead letter for an unknown schema stays out of the state when its schema is known by now', async () => {
  const setup: Partial<TaskSetup> = {
    definition: { name: 'p', ruleVersion: '1', pipelines: [] },
    pipelines: new Map([['in', from('in').through(keep).build()]]),
    inputs: [{ topic: 'in', partition: 0 }],
    partitions: [0],
    service: 'p',
    limits: { records: 10, bytes: 1_000, milliseconds: 100 },
  };
  const reader = {
    read: async (_: unknown, onFetched: (fetched: readonly object[]) => unknown) =>
      void (await onFetched([{ topic: 'in', partition: 0, records, position: 3, end: 3, bytes: 0 }])),
    close: async () => {},
  };
  const note = { tasks: 1, transaction: 2, now: 5, timers: [], refused: ['in/0/1'], refusals: 1 };
  const ranges = [{ topic: 'in', partition: 0, offset: 0, to: 3 }];
  const plan = { meta, ranges, exact: true, note };
  await foldAgain(
    setup as TaskSetup,
    store,
    reader as Parameters<typeof foldAgain>[2],
    plan,
    new AbortController().signal,
  );
  expect([...store.range('kept/')].map(([key]) => key)).toEqual(['kept/0', 'kept/2']);
});

it('a crash between the fold of a transaction and what follows does not let its timers run twice', async () => {
  const timer: Timer = {
    name: 'count',
    clock: 'wall-clock',
    everyMilliseconds: 1,
    run: ({ state }) => {
      state.put('runs', (state.get<number>('runs') ?? 0) + 1);
      return [];
    },
  };
  const setup: Partial<TaskSetup> = {
    definition: { name: 'p', ruleVersion: '1', pipelines: [], timers: [timer] },
    pipelines: new Map([['in', from('in').through(keep).build()]]),
    inputs: [{ topic: 'in', partition: 0 }],
    partitions: [0],
    service: 'p',
    limits: { records: 10, bytes: 1_000, milliseconds: 100 },
  };
  const reader = { read: async () => {}, close: async () => {} };
  const note = { tasks: 1, transaction: 2, now: 5, timers: ['count'], refused: [], refusals: 3 };
  // The partition's last offset is a commit marker's.
  const committed = [{ topic: 'in', partition: 0, offset: 4, metadata: encodeNote(note) }];
  const facts = {
    processor: 'p',
    tasks: 1,
    partitionCount: 1,
    clusterId: 'c',
    ruleVersion: '1',
    inputs: setup.inputs!,
    committed,
    beginnings: new Map([['in/0', 0]]),
    ends: new Map([['in/0', 4]]),
    whyOnlyExact: 'timers ran meanwhile',
    canRebuild: true,
    hasOwnRows: true,
  };
  const restart = planRestore({ ...facts, meta });
  if (restart.kind !== 'fold') throw new Error(`not ${restart.kind}`);
  await foldAgain(
    setup as TaskSetup,
    store,
    reader,
    { meta, ranges: restart.ranges, exact: restart.exact, note },
    new AbortController().signal,
  );
  expect(store.get('runs')).toBe(1);
  // What a process finds that starts after a kill right here.
  expect(planRestore({ ...facts, meta: store.meta() }).kind).toBe('ready');
});
