import { rowsOf } from './deletion-vector/row-set.ts';
import { keyReader, openKeyIndex } from './index/key-index.ts';
import { localStorage } from './local-storage.ts';
import { readCommit } from './log/load-snapshot.ts';
import { decodeDataPath, encodeDataPath } from './log/log-paths.ts';
import type { TableLog } from './log/table-log.ts';
import type { Row, TableSchema } from './schema/table-schema.ts';
import type { Storage } from './storage.ts';
import { appendRows } from './table/append-rows.ts';
import { mergeSmallFiles } from './table/compaction.ts';
import { createLayout, physicalRows } from './table/data-files.ts';
import { openLog } from './table/open-log.ts';
import { requirePartitionable } from './table/partition-values.ts';
import { type KeyAccess, requireUnchanged, type TableContext, visibleRows } from './table/table-context.ts';
import { upsertRows } from './table/upsert-rows.ts';
import { createVectorCache } from './table/vector-cache.ts';
import type { DeltaTable, HistoryEntry, OpenTable, OpenTableOptions, TableFile } from './table-types.ts';

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

const liveFiles = (log: TableLog): readonly TableFile[] =>
  Array.from(log.snapshot().files.values(), (file) => ({
    path: decodeDataPath(file.path),
    bytes: file.size,
    rows: physicalRows(file),
    deletedRows: file.deletionVector?.cardinality ?? 0,
    partitionValues: file.partitionValues,
  }));

const readHistory = async (
  storage: Storage,
  newest: number,
  limit: number,
): Promise<readonly HistoryEntry[]> => {
  const entries: HistoryEntry[] = [];
  for (let version = newest; version >= 0 && entries.length < limit; version--) {
    const commit = await readCommit(storage, version);
    if (commit === null) break;
    const info = commit.actions.find((action) => action.commitInfo)?.commitInfo;
    entries.push({
      version,
      timestamp: info?.timestamp ?? 0,
      operation: info?.operation ?? 'UNKNOWN',
      operationMetrics: info?.operationMetrics ?? {},
    });
  }
  return entries;
};

/** Opens a Delta table for writing; see `OpenTable`. */
export const openTable: OpenTable = async (options): Promise<DeltaTable> => {
  const storage = typeof options.path === 'string' ? localStorage(options.path) : options.path;
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
  const inTurn = oneAtATime();
  return {
    name: options.name,
    location: storage.location,
    schema,
    kind: options.kind,
    version: () => log.snapshot().version,
    position: (appId) => log.snapshot().transactions.get(appId)?.version ?? null,
    files: () => liveFiles(log),
    deletedRows: async (path) => {
      const file = log.snapshot().files.get(encodeDataPath(path));
      return file === undefined ? [] : rowsOf(await context.vectors.get(file));
    },
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
    upsert: (rows, deletes, writeOptions = {}) =>
      inTurn(async () => {
        if (context.keys === null) throw new TypeError(`${options.name} is an append table: use append`);
        return upsertRows(context, context.keys, rows, deletes, writeOptions);
      }),
    optimize: (optimizeOptions) => inTurn(() => mergeSmallFiles(context, optimizeOptions)),
    scanRows: async function* (): AsyncGenerator<Row> {
      for (const file of [...log.snapshot().files.values()]) {
        const { rows, isVisible } = await visibleRows(context, file, layout.fileColumns);
        for (let number = 0; number < rows.length; number++) if (isVisible(number)) yield rows[number]!;
      }
    },
    history: (limit = Number.POSITIVE_INFINITY) => readHistory(storage, log.snapshot().version, limit),
    close: () => inTurn(async () => context.keys?.index.close()),
  };
};
