import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localStorage } from '../local-storage.ts';
import { type Action, type AddFile, formatActions, vectorId } from '../log/actions.ts';
import { commitPath } from '../log/log-paths.ts';
import { emptySnapshot, type Snapshot } from '../log/snapshot.ts';
import type { Storage } from '../storage.ts';
import { catchUpIndex } from './catch-up-index.ts';
import { type KeyIndex, openKeyIndex } from './key-index.ts';

/** Rows that a vector hides, by the path of each live file. */
type State = ReadonlyMap<string, ReadonlySet<number>>;

const NONE: ReadonlySet<number> = new Set();

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const someKeys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 4 });
const writer = fc.nat(1);

/** What happens to a table and to the index that two writers share. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('upsert' as const),
      writer,
      rows: someKeys,
      deletes: someKeys,
      toldIndex: fc.constantFrom('now' as const, 'later' as const, 'never' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('begin-merge' as const), writer, files: fc.nat(3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('end-merge' as const), writer, toldIndex: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('catch-up' as const), lags: fc.tuple(fc.nat(2), fc.nat(2)) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), back: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), writer }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tell-index' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

type Merge = {
  readonly output: string;
  readonly inputs: readonly string[];
  /** The input's row of each output row. */
  readonly sources: readonly (readonly [path: string, row: number])[];
  readonly announced: Promise<boolean>;
};

/** A table without Parquet: the log on disk, and of each file its keys. */
const simulateTable = (storage: Storage) => {
  const keysOf = new Map<string, readonly string[]>();
  const states: State[] = [];
  const live = (): State => states.at(-1)!;
  const addOf = (path: string, hidden: ReadonlySet<number>): AddFile => ({
    path,
    partitionValues: {},
    size: 1,
    modificationTime: 0,
    dataChange: true,
    ...(hidden.size === 0
      ? {}
      : {
          deletionVector: {
            storageType: 'i',
            pathOrInlineDv: [...hidden].sort().join(),
            sizeInBytes: 1,
            cardinality: hidden.size,
          },
        }),
  });
  return {
    keysOf,
    states,
    live,
    version: (): number => states.length - 1,
    newFile: (keys: readonly string[]): string => {
      const path = `file-${keysOf.size}`;
      keysOf.set(path, keys);
      return path;
    },
    commit: async (operation: string, next: State): Promise<void> => {
      const before = states.at(-1) ?? new Map();
      const actions: Action[] = [{ commitInfo: { operation } }];
      const isSame = (path: string): boolean =>
        vectorId(addOf(path, before.get(path) ?? NONE).deletionVector) ===
          vectorId(addOf(path, next.get(path) ?? NONE).deletionVector) && before.has(path) === next.has(path);
      for (const [path, hidden] of before) {
        if (!isSame(path)) actions.push({ remove: { ...addOf(path, hidden), deletionTimestamp: 0 } });
      }
      for (const [path, hidden] of next) {
        if (!isSame(path)) actions.push({ add: addOf(path, hidden) });
      }
      states.push(next);
      await storage.putIfAbsent(commitPath(states.length - 1), Buffer.from(formatActions(actions)));
    },
    snapshotOf: (version: number): Snapshot => ({
      ...emptySnapshot(),
      version,
      metadata: { id: 't' } as Snapshot['metadata'],
      files: new Map(Array.from(states[version]!, ([path, hidden]) => [path, addOf(path, hidden)])),
    }),
    /** Visible rows of a version by key. */
    visible: (version: number): ReadonlyMap<string, string> => {
      const rows = new Map<string, string>();
      for (const [path, hidden] of states[version]!) {
        keysOf.get(path)!.forEach((key, row) => {
          if (!hidden.has(row)) rows.set(key, `${path}:${row}`);
        });
      }
      return rows;
    },
  };
};

const runSteps = async (folder: string, steps: readonly Step[]): Promise<void> => {
  const storage = localStorage(join(folder, 'table'));
  const table = simulateTable(storage);
  await table.commit('CREATE TABLE', new Map());
  const open = (): KeyIndex => openKeyIndex(join(folder, 'index'), { keysPerTransaction: 1 });
  const indexes = [open(), open()] as const;
  const merges: Merge[] = [];
  /** A commit and what it means for the index are two steps: others get in between. */
  const toldLater: (() => boolean)[] = [];

  const catchUp = (index: KeyIndex, version: number): Promise<boolean> => {
    if ((index.stamp()?.version ?? -1) > version) return Promise.resolve(false);
    return catchUpIndex({
      index,
      storage,
      snapshot: table.snapshotOf(version),
      readKeys: async ({ path }) => ({ path, keys: table.keysOf.get(path)! }),
      now: 0,
    });
  };

  const synchronise = async (index: KeyIndex): Promise<void> => {
    // What a reader sees may be outdated until its turn of the event loop ends.
    while (!(await catchUp(index, table.version()))) await setImmediate();
  };

  const expectRule = (index: KeyIndex): void => {
    const stamp = index.stamp();
    if (stamp === null) return;
    for (const [key, place] of table.visible(stamp.version)) {
      const found = index.find(key).map(({ path, row }) => `${path}:${row}`);
      expect(found, `${key} at version ${stamp.version}`).toContain(place);
    }
  };

  const hidden = (index: KeyIndex, keys: readonly string[]): Map<string, Set<number>> => {
    const next = new Map(Array.from(table.live(), ([path, rows]) => [path, new Set(rows)]));
    for (const key of keys) {
      for (const { path, row } of index.find(key)) next.get(path)?.add(row);
    }
    return next;
  };

  const perform = async (action: Step): Promise<void> => {
    if (action.kind === 'upsert') {
      const index = indexes[action.writer]!;
      await synchronise(index);
      const deletedKeys = action.deletes.filter((key) => !action.rows.includes(key));
      const next = hidden(index, [...action.rows, ...deletedKeys]);
      const path = table.newFile(action.rows);
      next.set(path, new Set());
      const gone: string[] = [];
      for (const [file, rows] of next) {
        if (rows.size === table.keysOf.get(file)!.length && next.delete(file)) gone.push(file);
      }
      await table.commit('MERGE', next);
      const version = table.version();
      const added = next.has(path) ? [{ path, keys: action.rows }] : [];
      const tell = (): boolean =>
        index.advance(
          { tableId: 't', version: version - 1 },
          { tableId: 't', version },
          { added, gone, deletedKeys },
        );
      if (action.toldIndex === 'now') tell();
      else if (action.toldIndex === 'later') toldLater.push(tell);
    } else if (action.kind === 'begin-merge') {
      const inputs = [...table.live().keys()].slice(0, action.files + 1);
      const sources = inputs.flatMap((path) =>
        table.keysOf
          .get(path)!
          .flatMap((_, row) => (table.live().get(path)!.has(row) ? [] : [[path, row] as const])),
      );
      const keys = sources.map(([path, row]) => table.keysOf.get(path)![row]!);
      const output = table.newFile(keys);
      const announced = indexes[action.writer]!.announce({ path: output, keys });
      merges.push({ output, inputs, sources, announced });
    } else if (action.kind === 'end-merge') {
      const merge = merges.shift();
      if (merge === undefined) return;
      await merge.announced;
      const index = indexes[action.writer]!;
      const next = new Map(table.live());
      const isPossible = merge.inputs.length > 0 && merge.inputs.every((path) => next.delete(path));
      if (!isPossible) return index.forget([merge.output]);
      const hiddenSince = merge.sources.flatMap(([path, row], outputRow) =>
        table.live().get(path)!.has(row) ? [outputRow] : [],
      );
      next.set(merge.output, new Set(hiddenSince));
      await table.commit('MERGE', next);
      const version = table.version();
      if (action.toldIndex)
        index.advance(
          { tableId: 't', version: version - 1 },
          { tableId: 't', version },
          { added: [], announced: [merge.output], gone: merge.inputs, deletedKeys: [] },
        );
    } else if (action.kind === 'catch-up') {
      await Promise.all(
        indexes.map((index, number) => catchUp(index, Math.max(0, table.version() - action.lags[number]!))),
      );
    } else if (action.kind === 'restore') {
      // Merges that have begun are given up: rows may have become visible again.
      for (const { announced, output } of merges.splice(0)) {
        await announced;
        indexes[0].forget([output]);
      }
      await table.commit('RESTORE', table.states[Math.max(0, table.version() - action.back)]!);
    } else if (action.kind === 'tell-index') toldLater.shift()?.();
    else if (action.kind === 'clear') indexes[action.writer]!.clear();
    else await Promise.all(merges.map(({ announced }) => announced));
  };

  try {
    for (const action of steps) {
      await perform(action);
      indexes.forEach(expectRule);
    }
    await synchronise(indexes[0]);
    indexes.forEach(expectRule);
  } finally {
    await Promise.all(merges.map(({ announced }) => announced));
    for (const index of indexes) await index.close();
  }
};

describe('an index that is shared, announced to, cleared and caught up in any order', () => {
  it('has every visible row of its stamp among the locations of the key', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const folder = await mkdtemp(join(tmpdir(), 'index-model-'));
        try {
          await runSteps(folder, steps);
        } finally {
          await rm(folder, { recursive: true });
        }
      }),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 40) },
    );
  });
});
