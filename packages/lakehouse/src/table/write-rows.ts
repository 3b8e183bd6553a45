import { isPlatformError } from '@marketing-streams/platform/errors';
import type { Action } from '../log/actions.ts';
import type { Row } from '../schema/table-schema.ts';
import type { CommitResult, WriteOptions } from '../table-types.ts';
import { deleteDataFiles, type NewFile, writeDataFiles } from './data-files.ts';
import {
  type KeyAccess,
  requireUnchanged,
  synchroniseIndex,
  type TableContext,
  transactionActions,
} from './table-context.ts';
import { type HiddenRows, hideRows } from './upsert.ts';

/** Errors that say for certain that nothing was committed; after others the log has to be read to know. */
const isCertain = (error: unknown): boolean =>
  isPlatformError(error, 'DELTA_CONFLICT', 'DELTA_OFFSET_MISMATCH', 'DELTA_SCHEMA_MISMATCH', 'DELTA_CORRUPT');

const added = (files: readonly NewFile[]): readonly Action[] => files.map(({ add }) => ({ add }));

const bytesOf = (files: readonly NewFile[]): number => files.reduce((bytes, { add }) => bytes + add.size, 0);

const nothing = (context: TableContext): CommitResult => ({
  version: context.log.snapshot().version,
  rowsAdded: 0,
  rowsRemoved: 0,
  filesAdded: 0,
  bytes: 0,
});

/** Adds rows to the table in one commit; see `DeltaTable.append`. */
export const appendRows = async (
  context: TableContext,
  rows: readonly Row[],
  options: WriteOptions,
): Promise<CommitResult> => {
  const txns = options.txns ?? [];
  if (rows.length === 0 && txns.length === 0) return nothing(context);
  transactionActions(context, txns);
  const files = await writeDataFiles(context.layout, rows, { dataChange: true, now: context.clock() });
  try {
    await context.log.commit('blind', async () => {
      requireUnchanged(context);
      return {
        operation: 'WRITE',
        operationParameters: {
          mode: 'Append',
          partitionBy: JSON.stringify(context.metadata.partitionColumns),
        },
        operationMetrics: {
          numFiles: files.length,
          numOutputRows: rows.length,
          numOutputBytes: bytesOf(files),
        },
        actions: [...added(files), ...transactionActions(context, txns)],
      };
    });
  } catch (error) {
    if (isCertain(error)) await deleteDataFiles(context.layout.storage, files);
    throw error;
  }
  await context.log.checkpointIfDue();
  return {
    version: context.log.snapshot().version,
    rowsAdded: rows.length,
    rowsRemoved: 0,
    filesAdded: files.length,
    bytes: bytesOf(files),
  };
};

/** Of several rows with one key the last counts. */
const lastByKey = (rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, Row> => {
  const byKey = new Map<string, Row>();
  for (const row of rows) byKey.set(keyOf(row), row);
  return byKey;
};

const goneFiles = (actions: readonly Action[]): readonly string[] => {
  const kept = new Set(actions.flatMap(({ add }) => (add ? [add.path] : [])));
  return actions.flatMap(({ remove }) => (remove && !kept.has(remove.path) ? [remove.path] : []));
};

/** Writes and deletes rows by key in one commit; see `DeltaTable.upsert`. */
export const upsertRows = async (
  context: TableContext,
  keys: KeyAccess,
  rows: readonly Row[],
  deletes: readonly Row[],
  options: WriteOptions,
): Promise<CommitResult> => {
  const txns = options.txns ?? [];
  const { storage } = context.layout;
  transactionActions(context, txns);
  const byKey = lastByKey(rows, keys.keyOf);
  const deletedKeys = [...new Set(deletes.map(keys.keyOf))].filter((key) => !byKey.has(key));
  const files = await writeDataFiles(context.layout, [...byKey.values()], {
    dataChange: true,
    now: context.clock(),
  });
  let hidden: HiddenRows = { actions: [], rows: 0, vectorFile: null };
  const discardVectors = async (): Promise<void> => {
    if (hidden.vectorFile !== null) await storage.delete(hidden.vectorFile).catch(() => {});
  };
  const hide = async (): Promise<void> => {
    await discardVectors();
    await synchroniseIndex(context, keys);
    requireUnchanged(context);
    hidden = await hideRows([...byKey.keys(), ...deletedKeys], {
      index: keys.index,
      snapshot: context.log.snapshot(),
      vectors: context.vectors,
      storage,
      now: context.clock(),
    });
  };
  try {
    await hide();
    if (files.length === 0 && hidden.actions.length === 0 && txns.length === 0) return nothing(context);
    let computedAt = context.log.snapshot().version;
    const planned = await context.log.commit('keyed', async () => {
      if (context.log.snapshot().version !== computedAt) await hide();
      computedAt = context.log.snapshot().version;
      return {
        operation: 'MERGE',
        operationParameters: { matchedBy: JSON.stringify(keys.columns.map(({ name }) => name)) },
        operationMetrics: {
          numOutputRows: byKey.size,
          numTargetRowsRemoved: hidden.rows,
          numTargetFilesAdded: files.length,
          numTargetBytesAdded: bytesOf(files),
        },
        actions: [...hidden.actions, ...added(files), ...transactionActions(context, txns)],
      };
    });
    const { version } = context.log.snapshot();
    const tableId = context.metadata.id;
    // Refused when another writer's commit came in between: then the index is caught up before its next use.
    keys.index.advance(
      { tableId, version: version - 1 },
      { tableId, version },
      {
        added: files.map((file) => ({ path: file.add.path, keys: file.rows.map(keys.keyOf) })),
        gone: goneFiles(planned.actions),
        deletedKeys,
      },
    );
  } catch (error) {
    if (isCertain(error)) {
      await deleteDataFiles(storage, files);
      await discardVectors();
    }
    throw error;
  }
  context.vectors.forgetExcept(context.log.snapshot().files);
  await context.log.checkpointIfDue();
  return {
    version: context.log.snapshot().version,
    rowsAdded: byKey.size,
    rowsRemoved: hidden.rows,
    filesAdded: files.length,
    bytes: bytesOf(files),
  };
};
