import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import type { AddFile } from '../log/actions.ts';
import type { Row } from '../schema/table-schema.ts';
import { deleteDataFiles, physicalRows, removeOf, writeDataFiles } from './data-files.ts';
import { requireUnchanged, synchroniseIndex, type TableContext, visibleRows } from './table-context.ts';

/** Files of one size class that make a merge worthwhile. */
const DEFAULT_MIN_FILES = 16;

/** Classes are powers of this many visible rows, so that a row is rewritten once per class, not per merge. */
const CLASS_FACTOR = 16;

/** A merge takes no more rows than this, so that it does not hold up writes for long. */
const MAX_ROWS = 100_000;

/** Nor more bytes of files than this: a merge holds its rows in memory, and rows may be large. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Files with at least this many visible rows are left as they are. */
const LARGE_FILE_ROWS = 50_000;

/** So are files of this size: two of them do not fit a merge. */
const LARGE_FILE_BYTES = MAX_BYTES / 2;

const visibleCount = (file: AddFile): number =>
  Math.max(0, (physicalRows(file) ?? LARGE_FILE_ROWS) - (file.deletionVector?.cardinality ?? 0));

const classOf = (file: AddFile): string => {
  const size = Math.floor(Math.log(Math.max(1, visibleCount(file))) / Math.log(CLASS_FACTOR));
  return `${JSON.stringify(file.partitionValues)}/${size}`;
};

/**
 * The files to merge into one next: of a partition and size class with enough small files, as many as fit. Empty
 * when no merge pays.
 */
export const chooseFiles = (files: Iterable<AddFile>, minFiles: number): readonly AddFile[] => {
  const classes = new Map<string, AddFile[]>();
  for (const file of files) {
    if (visibleCount(file) >= LARGE_FILE_ROWS || file.size >= LARGE_FILE_BYTES) continue;
    const key = classOf(file);
    const members = classes.get(key);
    if (members === undefined) classes.set(key, [file]);
    else members.push(file);
  }
  for (const members of classes.values()) {
    if (members.length < minFiles) continue;
    const chosen: AddFile[] = [];
    let rows = 0;
    let bytes = 0;
    for (const file of members) {
      rows += visibleCount(file);
      bytes += file.size;
      if (rows > MAX_ROWS || bytes > MAX_BYTES) break;
      chosen.push(file);
    }
    if (chosen.length > 1) return chosen;
  }
  return [];
};

const readVisible = async (context: TableContext, files: readonly AddFile[]): Promise<readonly Row[]> => {
  const merged: Row[] = [];
  for (const file of files) {
    const { rows, isVisible } = await visibleRows(context, file, context.layout.fileColumns);
    rows.forEach((row, number) => {
      if (isVisible(number)) merged.push(row);
    });
  }
  return merged;
};

/**
 * Merges small files once if that pays; how many were merged away. The commit only rearranges rows
 * (`dataChange: false`). When another writer touches one of the files first, the merge is given up.
 */
export const mergeSmallFiles = async (
  context: TableContext,
  options: { readonly minFiles?: number } = {},
): Promise<number> => {
  const { log, layout, keys } = context;
  const inputs = chooseFiles(log.snapshot().files.values(), options.minFiles ?? DEFAULT_MIN_FILES);
  if (inputs.length === 0) return 0;
  if (keys !== null) await synchroniseIndex(context, keys);
  const rows = await readVisible(context, inputs);
  const now = context.clock();
  const outputs = await writeDataFiles(layout, rows, { dataChange: false, now });
  let planned = false;
  try {
    await log.commit('rearrange', async () => {
      requireUnchanged(context);
      const { files } = log.snapshot();
      if (planned || inputs.some((input) => files.get(input.path) !== input)) {
        throw new PlatformError('DELTA_CONFLICT', `${context.name}: a file to merge was changed meanwhile`);
      }
      planned = true;
      return {
        operation: 'OPTIMIZE',
        operationParameters: {},
        operationMetrics: { numRemovedFiles: inputs.length, numAddedFiles: outputs.length },
        actions: [
          ...inputs.map((input) => ({ remove: removeOf(input, { dataChange: false, now }) })),
          ...outputs.map(({ add }) => ({ add })),
        ],
      };
    });
  } catch (error) {
    if (!isPlatformError(error, 'DELTA_CONFLICT')) throw error;
    await deleteDataFiles(layout.storage, outputs);
    return 0;
  }
  const { version } = log.snapshot();
  const tableId = context.metadata.id;
  keys?.index.advance(
    { tableId, version: version - 1 },
    { tableId, version },
    {
      added: outputs.map((file) => ({ path: file.add.path, keys: file.rows.map(keys.keyOf) })),
      gone: inputs.map((input) => input.path),
      deletedKeys: [],
    },
  );
  context.vectors.forgetExcept(log.snapshot().files);
  await log.checkpointIfDue();
  return inputs.length;
};
