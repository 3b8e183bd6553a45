import type { Action, AddFile } from '../log/actions.ts';
import type { Row } from '../schema/table-schema.ts';
import type { CommitResult, WriteOptions } from '../table-types.ts';
import { deleteDataFiles, writeDataFiles } from './data-files.ts';
import { type HiddenRows, hideRows, locateRows } from './hide-rows.ts';
import { addActions, bytesOf, isCertain, nothing } from './new-commit.ts';
import {
  type KeyAccess,
  requireUnchanged,
  synchroniseIndex,
  type TableContext,
  transactionActions,
} from './table-context.ts';

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
  const locate = async (): Promise<ReadonlyMap<AddFile, readonly number[]>> => {
    for (;;) {
      await synchroniseIndex(context, keys);
      requireUnchanged(context);
      const found = await locateRows([...byKey.keys(), ...deletedKeys], {
        index: keys.index,
        snapshot: context.log.snapshot(),
        vectors: context.vectors,
      });
      if (found !== null) return found;
      await context.log.catchUp();
    }
  };
  const hide = async (): Promise<void> => {
    await discardVectors();
    const found = await locate();
    hidden = await hideRows(found, { vectors: context.vectors, storage, now: context.clock() });
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
        actions: [...hidden.actions, ...addActions(files), ...transactionActions(context, txns)],
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
