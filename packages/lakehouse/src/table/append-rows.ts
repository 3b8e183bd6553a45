import type { Row } from '../schema/table-schema.ts';
import type { CommitResult, WriteOptions } from '../table-types.ts';
import { deleteDataFiles, writeDataFiles } from './data-files.ts';
import { addActions, bytesOf, isCertain, nothing } from './new-commit.ts';
import { requireUnchanged, type TableContext, transactionActions } from './table-context.ts';

/** Adds rows to the table in one commit; see `DeltaTable.append`. */
export const appendRows = async (
  context: TableContext,
  rows: Iterable<Row>,
  options: WriteOptions,
): Promise<CommitResult> => {
  const txns = options.txns ?? [];
  transactionActions(context, txns);
  const files = await writeDataFiles(context.layout, rows, { dataChange: true, now: context.clock() });
  if (files.length === 0 && txns.length === 0) return nothing(context);
  const rowsAdded = files.reduce((sum, { rowCount }) => sum + rowCount, 0);
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
          numOutputRows: rowsAdded,
          numOutputBytes: bytesOf(files),
        },
        actions: [...addActions(files), ...transactionActions(context, txns)],
      };
    });
  } catch (error) {
    if (isCertain(error)) await deleteDataFiles(context.layout.storage, files);
    throw error;
  }
  await context.log.checkpointIfDue();
  return {
    version: context.log.snapshot().version,
    rowsAdded,
    rowsRemoved: 0,
    filesAdded: files.length,
    bytes: bytesOf(files),
  };
};
