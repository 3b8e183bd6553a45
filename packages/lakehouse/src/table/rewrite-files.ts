import { hasRow } from '../deletion-vector/row-set.ts';
import type { Action, AddFile } from '../log/actions.ts';
import type { Row } from '../schema/table-schema.ts';
import {
  deleteDataFiles,
  type Layout,
  type NewFile,
  physicalRows,
  readDataFile,
  removeOf,
  writeDataFiles,
} from './data-files.ts';
import type { HiddenRows } from './hide-rows.ts';
import type { VectorCache } from './vector-cache.ts';

/** Rows and bytes of files that are rewritten together: what a group holds is in memory at once. */
const GROUP_ROWS = 100_000;
const GROUP_BYTES = 64 * 1024 * 1024;

/** Neighbouring files that fit one file; a large one is a group of its own. */
const groupFiles = (files: Iterable<AddFile>): readonly (readonly AddFile[])[] => {
  const groups: AddFile[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (const file of files) {
    const fileRows = physicalRows(file) ?? GROUP_ROWS;
    if (rows + fileRows > GROUP_ROWS || bytes + file.size > GROUP_BYTES) {
      groups.push([]);
      rows = 0;
      bytes = 0;
    }
    groups.at(-1)!.push(file);
    rows += fileRows;
    bytes += file.size;
  }
  return groups;
};

/**
 * Takes rows out of a table without deletion vectors: the other visible rows of their files are written into new
 * ones, and vectors that files still have from before vectors were switched off go with the files.
 */
export const rewriteFiles = async (
  located: ReadonlyMap<AddFile, readonly number[]>,
  context: { readonly layout: Layout; readonly vectors: VectorCache; readonly now: number },
): Promise<HiddenRows> => {
  const { layout, vectors, now } = context;
  const files: NewFile[] = [];
  const actions: Action[] = [];
  let rows = 0;
  try {
    for (const group of groupFiles(located.keys())) {
      const kept: Row[] = [];
      for (const file of group) {
        const leaving = new Set(located.get(file));
        const deleted = await vectors.get(file);
        (await readDataFile(layout, file, layout.fileColumns)).forEach((row, number) => {
          if (!leaving.has(number) && !hasRow(deleted, number)) kept.push(row);
        });
        rows += leaving.size;
        actions.push({ remove: removeOf(file, { dataChange: true, now }) });
      }
      files.push(...(await writeDataFiles(layout, kept, { dataChange: true, now })));
    }
  } catch (error) {
    await deleteDataFiles(layout.storage, files);
    throw error;
  }
  return { actions: [...actions, ...files.map(({ add }) => ({ add }))], rows, files, vectorFile: null };
};
