import { PlatformError } from '@marketing-streams/platform/errors';
import { catchUpIndex } from '../index/catch-up-index.ts';
import type { IndexedFile, KeyIndex } from '../index/key-index.ts';
import type { Action, AddFile, Metadata, Protocol } from '../log/actions.ts';
import { dataFileKey } from '../log/log-paths.ts';
import type { TableLog } from '../log/table-log.ts';
import type { Row, TableSchema } from '../schema/table-schema.ts';
import type { TransactionStep } from '../table-types.ts';
import { type Layout, readDataFile } from './data-files.ts';
import type { VectorCache } from './vector-cache.ts';

/** How rows are found by key; only upsert tables have it. */
export type KeyAccess = {
  readonly index: KeyIndex;
  /** Columns that make the key, in order. */
  readonly columns: TableSchema;
  readonly keyOf: (row: Row) => string;
};

/** What the operations of one open table share. */
export type TableContext = {
  readonly name: string;
  readonly layout: Layout;
  readonly log: TableLog;
  readonly vectors: VectorCache;
  readonly keys: KeyAccess | null;
  readonly clock: () => number;
  /** As they were when the table was opened. */
  readonly protocol: Protocol;
  readonly metadata: Metadata;
};

/** What of metadata and protocol a writer depends on, as text; order and absent fields mean nothing. */
const demands = (metadata: Metadata, protocol: Protocol): string =>
  JSON.stringify([
    metadata.id,
    metadata.schemaString,
    metadata.partitionColumns,
    Object.entries(metadata.configuration).sort(),
    protocol.minReaderVersion,
    protocol.minWriterVersion,
    [...(protocol.readerFeatures ?? [])].sort(),
    [...(protocol.writerFeatures ?? [])].sort(),
  ]);

/** Throws DELTA_CONFLICT when the table asks other things of a writer than when it was opened. */
export const requireUnchanged = (context: TableContext): void => {
  const { metadata, protocol } = context.log.snapshot();
  if (metadata === context.metadata && protocol === context.protocol) return;
  if (demands(metadata!, protocol!) === demands(context.metadata, context.protocol)) return;
  throw new PlatformError(
    'DELTA_CONFLICT',
    `${context.name}: its metadata or protocol was changed: open it again`,
  );
};

/**
 * The `txn` actions of the steps. Throws DELTA_OFFSET_MISMATCH naming the application whose position in the table
 * is not the expected one.
 */
export const transactionActions = (
  context: TableContext,
  steps: readonly TransactionStep[],
): readonly Action[] => {
  const { transactions } = context.log.snapshot();
  const lastUpdated = context.clock();
  return steps.map(({ appId, expected, version }) => {
    const current = transactions.get(appId)?.version ?? null;
    if (current !== expected) {
      throw new PlatformError(
        'DELTA_OFFSET_MISMATCH',
        `${context.name}: ${appId} stands at ${current}, expected ${expected}`,
        { details: { field: appId, value: current } },
      );
    }
    return { txn: { appId, version, lastUpdated } };
  });
};

const readKeys = async (context: TableContext, keys: KeyAccess, file: AddFile): Promise<IndexedFile> => {
  const rows = await readDataFile(context.layout, file, keys.columns);
  return { path: dataFileKey(file.path), keys: rows.map(keys.keyOf) };
};

/** Brings the key index to the version of the log's snapshot, and the snapshot to the index's if that is ahead. */
export const synchroniseIndex = async (context: TableContext, keys: KeyAccess): Promise<void> => {
  const { log, layout } = context;
  do {
    if ((keys.index.stamp()?.version ?? -1) > log.snapshot().version) await log.catchUp();
  } while (
    !(await catchUpIndex({
      index: keys.index,
      snapshot: log.snapshot(),
      storage: layout.storage,
      readKeys: (file) => readKeys(context, keys, file),
      now: context.clock(),
    }))
  );
};
