import { keyReader, openKeyIndex } from './index/key-index.ts';
import { openStorage } from './open-storage.ts';
import type { TableSchema } from './schema/table-schema.ts';
import { appendRows } from './table/append-rows.ts';
import { chooseFiles } from './table/compaction/choose-merge.ts';
import { commitMerge, discardMerge } from './table/compaction/commit-merge.ts';
import type { TableMerges } from './table/compaction/merge-types.ts';
import { optimizeTable } from './table/compaction/optimize-table.ts';
import { runMerge } from './table/compaction/run-merge.ts';
import { createLayout } from './table/data-files.ts';
import { openLog } from './table/open-log.ts';
import { requirePartitionable } from './table/partition-values.ts';
import { type KeyAccess, requireUnchanged, type TableContext } from './table/table-context.ts';
import { createTableView } from './table/table-view.ts';
import { lastByKey, upsertRows } from './table/upsert-rows.ts';
import { createVectorCache } from './table/vector-cache.ts';
import type { DeltaTable, OpenTable, OpenTableOptions } from './table-types.ts';

const openKeys = (options: OpenTableOptions, schema: TableSchema): KeyAccess | null => {
  const { kind, indexDir } = options;
  if (kind === 'append') return null;
  if (indexDir === undefined) throw new TypeError(`table ${options.name} is upserted: give it an indexDir`);
  return {
    index: openKeyIndex(indexDir),
    columns: kind.upsert.map((name) => schema.find((column) => column.name === name)!),
    keyOf: keyReader(kind.upsert),
  };
};

/** Runs calls one after the other, whatever became of the one before. */
const oneAtATime = (): (<T>(run: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const next = last.then(run, run);
    last = next.catch(() => {});
    return next;
  };
};

const mergesOf = (
  context: TableContext,
  indexDir: string | undefined,
  inTurn: <T>(run: () => Promise<T>) => Promise<T>,
): TableMerges => ({
  next: (thresholds) => {
    const inputs = chooseFiles(context.log.snapshot().files.values(), thresholds);
    if (inputs.length === 0) return null;
    const { layout, keys } = context;
    return {
      table: context.name,
      location: layout.storage.location,
      schema: layout.schema,
      partitionColumns: layout.partitionColumns.map(({ name }) => name),
      inputs,
      index: keys === null ? null : { folder: indexDir!, columns: keys.columns },
    };
  },
  commit: (result) => inTurn(() => commitMerge(context, result)),
  discard: (result) => inTurn(() => discardMerge(context, result)),
});

/** Opens a Delta table for writing; see `OpenTable`. */
export const openTable: OpenTable = async (options): Promise<DeltaTable> => {
  const storage = typeof options.path === 'string' ? await openStorage(options.path) : options.path;
  const clock = options.clock ?? Date.now;
  const { log, schema } = await openLog(options, storage, clock);
  const { protocol, metadata } = log.snapshot();
  const layout = createLayout(storage, schema, metadata!.partitionColumns);
  requirePartitionable(layout.partitionColumns);
  const context: TableContext = {
    name: options.name,
    layout,
    log,
    vectors: createVectorCache(storage),
    keys: openKeys(options, schema),
    clock,
    protocol: protocol!,
    metadata: metadata!,
  };
  const requireKeys = (): KeyAccess => {
    if (context.keys === null) throw new TypeError(`${options.name} is an append table: use append`);
    return context.keys;
  };
  const inTurn = oneAtATime();
  const merges = mergesOf(context, options.indexDir, inTurn);
  const optimizeInTurn = oneAtATime();
  return {
    ...createTableView({ name: options.name, layout, vectors: context.vectors, snapshot: log.snapshot }),
    kind: options.kind,
    refresh: () =>
      inTurn(async () => {
        await log.catchUp();
        requireUnchanged(context);
      }),
    append: (rows, writeOptions = {}) =>
      inTurn(async () => {
        if (context.keys !== null) throw new TypeError(`${options.name} is an upsert table: use upsert`);
        return appendRows(context, rows, writeOptions);
      }),
    upsert: async (rows, deletes, writeOptions = {}) => {
      const keys = requireKeys();
      return inTurn(() => upsertRows(context, keys, lastByKey(rows, deletes, keys.keyOf), writeOptions));
    },
    upsertByKey: async (rows, writeOptions = {}) => {
      const keys = requireKeys();
      return inTurn(() => upsertRows(context, keys, rows, writeOptions));
    },
    merges,
    optimize: (thresholds = {}) =>
      optimizeInTurn(() =>
        optimizeTable({
          merges,
          thresholds,
          // Files are read and written beside the other calls; only commits wait for their turn.
          run: (job) => runMerge(job, { storage, announce: context.keys?.index.announce ?? null, clock }),
          mostMerges: log.snapshot().files.size,
        }),
      ),
    close: () => optimizeInTurn(() => inTurn(async () => context.keys?.index.close())),
  };
};
