import type { IndexedFile } from '../index/key-index.ts';
import type { Action, AddFile } from '../log/actions.ts';
import { allowsDeletionVectors } from '../log/features.ts';
import { dataFileKey } from '../log/log-paths.ts';
import type { PlannedCommit } from '../log/table-log.ts';
import type { Row } from '../schema/table-schema.ts';
import type { CommitResult, WriteOptions } from '../table-types.ts';
import { deleteDataFiles, type NewFile, writeDataFiles } from './data-files.ts';
import { type HiddenRows, hideRows, locateRows } from './hide-rows.ts';
import { addActions, bytesOf, isCertain, nothing } from './new-commit.ts';
import { rewriteFiles } from './rewrite-files.ts';
import {
  type KeyAccess,
  requireUnchanged,
  synchroniseIndex,
  type TableContext,
  transactionActions,
} from './table-context.ts';

/** New rows of a file that go into the index in the transaction that sets its stamp. */
const ROWS_AT_ONCE = 20_000;

/** Of several rows with one key the last counts; a key both written and deleted is written. */
export const lastByKey = (
  rows: readonly Row[],
  deletes: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row | null> => {
  const byKey = new Map<string, Row | null>();
  for (const row of rows) byKey.set(keyOf(row), row);
  for (const row of deletes) {
    const key = keyOf(row);
    if (!byKey.has(key)) byKey.set(key, null);
  }
  return byKey;
};

/** The rows to write and their keys, in the same order, and the keys to delete. */
type Changes = {
  readonly rows: readonly Row[];
  readonly keys: readonly string[];
  readonly deletedKeys: readonly string[];
};

const changesOf = (byKey: ReadonlyMap<string, Row | null>): Changes => {
  const rows: Row[] = [];
  const keys: string[] = [];
  const deletedKeys: string[] = [];
  for (const [key, row] of byKey) {
    if (row === null) deletedKeys.push(key);
    else {
      rows.push(row);
      keys.push(key);
    }
  }
  return { rows, keys, deletedKeys };
};

const NOTHING_HIDDEN: HiddenRows = { actions: [], rows: 0, files: [], vectorFile: null };

const goneFiles = (actions: readonly Action[]): readonly string[] => {
  const kept = new Set(actions.flatMap(({ add }) => (add ? [dataFileKey(add.path)] : [])));
  return actions
    .flatMap(({ remove }) => (remove ? [dataFileKey(remove.path)] : []))
    .filter((path) => !kept.has(path));
};

/**
 * Tells the index what was committed. It refuses when another writer's commit came in between: then it is caught up
 * before its next use. Rows of large files are put in beforehand, in short transactions: the pages that one
 * transaction changes are all in memory. So are rows that were only rewritten, beside what is there: another writer
 * may have given their keys further rows, which stay visible.
 */
const advanceIndex = async (
  context: TableContext,
  { index, keyOf }: KeyAccess,
  commit: {
    readonly files: readonly NewFile[];
    readonly rewritten: readonly NewFile[];
    readonly gone: readonly string[];
    readonly changes: Changes;
  },
): Promise<void> => {
  const { version } = context.log.snapshot();
  const tableId = context.metadata.id;
  const isSmall = ({ rowCount }: NewFile): boolean => rowCount <= ROWS_AT_ONCE;
  const { changes, gone } = commit;
  const indexed = ({ add, rows }: NewFile): IndexedFile => ({
    path: dataFileKey(add.path),
    // Without partitions all rows are in one file.
    keys: rows === changes.rows ? changes.keys : Array.from(rows, keyOf),
  });
  const announced: string[] = [];
  for (const file of [...commit.files.filter((file) => !isSmall(file)), ...commit.rewritten]) {
    const { path, keys } = indexed(file);
    if (!(await index.announce({ path, keys }))) return;
    announced.push(path);
  }
  const added = commit.files.filter(isSmall).map(indexed);
  const { deletedKeys } = changes;
  index.advance(
    { tableId, version: version - 1 },
    { tableId, version },
    { added, announced, gone, deletedKeys },
  );
};

/** Writes and deletes rows by key in one commit; see `DeltaTable.upsertByKey`. */
export const upsertRows = async (
  context: TableContext,
  keys: KeyAccess,
  byKey: ReadonlyMap<string, Row | null>,
  options: WriteOptions,
): Promise<CommitResult> => {
  const txns = options.txns ?? [];
  const { storage } = context.layout;
  transactionActions(context, txns);
  const changes = changesOf(byKey);
  let files: readonly NewFile[] = [];
  let hidden: HiddenRows = NOTHING_HIDDEN;
  const discardHidden = async (): Promise<void> => {
    const { files: rewritten, vectorFile } = hidden;
    hidden = NOTHING_HIDDEN;
    await deleteDataFiles(storage, rewritten);
    if (vectorFile !== null) await storage.delete(vectorFile).catch(() => {});
  };
  const locate = async (): Promise<ReadonlyMap<AddFile, readonly number[]>> => {
    for (;;) {
      await synchroniseIndex(context, keys);
      requireUnchanged(context);
      const found = await locateRows(byKey.keys(), {
        index: keys.index,
        snapshot: context.log.snapshot(),
        vectors: context.vectors,
      });
      if (found !== null) return found;
      await context.log.catchUp();
    }
  };
  const hide = async (): Promise<void> => {
    await discardHidden();
    const found = await locate();
    const { layout, vectors } = context;
    const now = context.clock();
    hidden = allowsDeletionVectors(context.protocol, context.metadata)
      ? await hideRows(found, { vectors, storage, now })
      : await rewriteFiles(found, { layout, vectors, now });
  };
  /** The disk takes the new rows while the former ones are looked for. */
  const write = async (): Promise<void> => {
    const writing = writeDataFiles(context.layout, changes.rows, {
      dataChange: true,
      now: context.clock(),
    });
    const [written, hiding] = await Promise.allSettled([writing, hide()]);
    if (written.status === 'rejected') throw written.reason;
    files = written.value;
    if (hiding.status === 'rejected') throw hiding.reason;
  };
  let planned: PlannedCommit;
  let isCommitting = false;
  try {
    await write();
    if (files.length === 0 && hidden.actions.length === 0 && txns.length === 0) return nothing(context);
    let computedAt = context.log.snapshot().version;
    isCommitting = true;
    planned = await context.log.commit('keyed', async () => {
      if (context.log.snapshot().version !== computedAt) await hide();
      computedAt = context.log.snapshot().version;
      return {
        operation: 'MERGE',
        operationParameters: { matchedBy: JSON.stringify(keys.columns.map(({ name }) => name)) },
        operationMetrics: {
          numOutputRows: changes.rows.length,
          numTargetRowsRemoved: hidden.rows,
          numTargetFilesAdded: files.length + hidden.files.length,
          numTargetBytesAdded: bytesOf(files) + bytesOf(hidden.files),
        },
        actions: [...hidden.actions, ...addActions(files), ...transactionActions(context, txns)],
      };
    });
  } catch (error) {
    if (!isCommitting || isCertain(error)) {
      await deleteDataFiles(storage, files);
      await discardHidden();
    }
    throw error;
  }
  await advanceIndex(context, keys, {
    files,
    rewritten: hidden.files,
    gone: goneFiles(planned.actions),
    changes,
  });
  context.vectors.forgetExcept(context.log.snapshot().files);
  await context.log.checkpointIfDue();
  return {
    version: context.log.snapshot().version,
    rowsAdded: changes.rows.length,
    rowsRemoved: hidden.rows,
    filesAdded: files.length + hidden.files.length,
    bytes: bytesOf(files) + bytesOf(hidden.files),
  };
};
