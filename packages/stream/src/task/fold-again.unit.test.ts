import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { from } from '../pipeline.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import { openTaskStore, type TaskStore } from '../state/task-store.ts';
import { ok, type Step } from '../step.ts';
import { foldAgain } from './fold-again.ts';
import type { TaskSetup } from './task-setup.ts';

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
