import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKeyIndex } from './index/key-index.ts';
import { localStorage } from './local-storage.ts';
import { column } from './schema/table-schema.ts';
import type { MergeResult } from './table/compaction/merge-types.ts';
import { runMerge } from './table/compaction/run-merge.ts';
import { openTable } from './table.ts';
import type { DeltaTable } from './table-types.ts';
import { crashingStorage, SimulatedCrash } from './testing/crashing-storage.ts';

type Model = Map<string, number>;
type Change = { readonly rows: readonly string[]; readonly deletes: readonly string[] };

const SCHEMA = [column.string('key', { nullable: false }), column.long('value', { nullable: false })];

const key = fc.integer({ min: 0, max: 30 }).map((number) => `key-${number}`);
const change: fc.Arbitrary<Change> = fc.record({
  rows: fc.array(key, { maxLength: 12 }),
  deletes: fc.array(key, { maxLength: 4 }),
});

/** What a user can do with an upsert table, and what can happen to it. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('upsert' as const), change, writer: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('race' as const), first: change, second: change }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reopen' as const), writer: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose-index' as const), writer: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('optimize' as const), writer: fc.nat(1) }) },
  // A merge carried out in one step and committed in a later one, whatever happens between them.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('start-merge' as const), writer: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit-merge' as const), writer: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('upsert-while-merging' as const),
      change,
      writer: fc.nat(1),
      merger: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      change,
      writer: fc.nat(1),
      afterChanges: fc.integer({ min: 1, max: 6 }),
      lastChangeHappens: fc.boolean(),
      duringOptimize: fc.boolean(),
    }),
  },
);

const readTable = async (table: DeltaTable): Promise<Model> => {
  const rows: Model = new Map();
  for await (const row of table.scanRows()) {
    expect(rows.has(row['key'] as string), `${row['key']} is there twice`).toBe(false);
    rows.set(row['key'] as string, row['value'] as number);
  }
  return rows;
};

const sorted = (model: Model): [string, number][] => [...model].sort();

/** Whether writers share an index folder, and whether rows are deleted by vectors or by rewriting their files. */
type Mode = { readonly sharedIndex: boolean; readonly vectors: boolean };

/** Two writers of one table, each with an index of its own, or both with the same. */
const startWriters = async (folder: string, { sharedIndex, vectors }: Mode) => {
  const indexDir = (writer: number): string => join(folder, sharedIndex ? 'index' : `index-${writer}`);
  const open = (writer: number, storage = localStorage(join(folder, 'table'))): Promise<DeltaTable> =>
    openTable({
      path: storage,
      name: 'model',
      schema: SCHEMA,
      kind: { upsert: ['key'] },
      indexDir: indexDir(writer),
      properties: { 'delta.enableDeletionVectors': String(vectors) },
    });
  return { open, indexDir, writers: [await open(0), await open(1)] as [DeltaTable, DeltaTable] };
};

/** Carries out the merge that is due, as another thread does: with an index of its own. */
const startMerge = async (table: DeltaTable): Promise<MergeResult | null> => {
  await table.refresh();
  const job = table.merges.next({ minFiles: 2 });
  if (job === null) return null;
  const index = openKeyIndex(job.index!.folder);
  const tools = { storage: localStorage(job.location), announce: index.announce, clock: Date.now };
  const result = await runMerge(job, tools);
  await index.close();
  return result;
};

const applyChange = (model: Model, { rows, deletes }: Change, value: number): void => {
  for (const deleted of deletes) model.delete(deleted);
  for (const row of rows) model.set(row, value);
};

const write = (table: DeltaTable, { rows, deletes }: Change, value: number, appId: string) =>
  table.upsert(
    rows.map((row) => ({ key: row, value })),
    deletes.map((deleted) => ({ key: deleted })),
    { txns: [{ appId, expected: table.position(appId), version: value }] },
  );

describe('an upsert table', () => {
  it.each<Mode>([
    { sharedIndex: false, vectors: true },
    { sharedIndex: true, vectors: true },
    { sharedIndex: false, vectors: false },
    { sharedIndex: true, vectors: false },
  ])(
    'equals a map after every step, whoever writes, crashes and forgets (shared index: $sharedIndex, deletion vectors: $vectors)',
    async (mode) => {
      const { sharedIndex } = mode;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
          const folder = await mkdtemp(join(tmpdir(), 'table-model-'));
          const { open, indexDir, writers } = await startWriters(folder, mode);
          const model: Model = new Map();
          const pending: (MergeResult | null)[] = [null, null];
          let value = 0;
          try {
            for (const action of steps) {
              value++;
              if (action.kind === 'upsert') {
                await write(writers[action.writer]!, action.change, value, `app-${action.writer}`);
                applyChange(model, action.change, value);
              } else if (action.kind === 'race') {
                const [first, second] = await Promise.all([
                  write(writers[0], action.first, value, 'app-0'),
                  write(writers[1], action.second, value + 1000, 'app-1'),
                ]);
                const order = [
                  { version: first.version, change: action.first, value },
                  { version: second.version, change: action.second, value: value + 1000 },
                ].sort((a, b) => a.version - b.version);
                for (const commit of order) applyChange(model, commit.change, commit.value);
              } else if (action.kind === 'optimize') {
                await writers[action.writer]!.refresh();
                await writers[action.writer]!.optimize({ minFiles: 2 });
              } else if (action.kind === 'start-merge') {
                pending[action.writer] ??= await startMerge(writers[action.writer]!);
              } else if (action.kind === 'commit-merge') {
                const result = pending[action.writer];
                pending[action.writer] = null;
                if (result) await writers[action.writer]!.merges.commit(result);
              } else if (action.kind === 'upsert-while-merging') {
                await Promise.all([
                  writers[action.merger]!.optimize({ minFiles: 2 }),
                  write(writers[action.writer]!, action.change, value, `app-${action.writer}`),
                ]);
                applyChange(model, action.change, value);
              } else if (action.kind === 'crash') {
                await writers[action.writer]!.close();
                if (sharedIndex) await writers[1 - action.writer]!.close();
                const storage = crashingStorage(localStorage(join(folder, 'table')), action);
                const victim = await open(action.writer, storage);
                const appId = `app-${action.writer}`;
                try {
                  if (action.duringOptimize) await victim.optimize({ minFiles: 2 });
                  else await write(victim, action.change, value, appId);
                } catch (error) {
                  if (!(error instanceof SimulatedCrash)) throw error;
                }
                await victim.close();
                writers[action.writer] = await open(action.writer);
                if (sharedIndex) writers[1 - action.writer] = await open(1 - action.writer);
                if (writers[action.writer]!.position(appId) === value)
                  applyChange(model, action.change, value);
              } else {
                await writers[action.writer]!.close();
                if (sharedIndex) await writers[1 - action.writer]!.close();
                if (action.kind === 'lose-index')
                  await rm(indexDir(action.writer), { recursive: true, force: true });
                writers[action.writer] = await open(action.writer);
                if (sharedIndex) writers[1 - action.writer] = await open(1 - action.writer);
              }
              for (const writer of writers) {
                await writer.refresh();
                expect(sorted(await readTable(writer))).toEqual(sorted(model));
                if (!mode.vectors)
                  expect(writer.files().every(({ deletedRows }) => deletedRows === 0)).toBe(true);
              }
            }
          } finally {
            for (const writer of writers) await writer.close();
            await rm(folder, { recursive: true });
          }
        }),
        { numRuns: Number(process.env['MODEL_RUNS'] ?? 12) },
      );
    },
    120_000,
  );
});
