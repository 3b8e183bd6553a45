import type { TableFile } from '../table-types.ts';

/** What the files of a table are in all. */
export type TableSums = {
  /** Visible rows; null when a foreign writer did not count them. */
  readonly rows: number | null;
  /** Rows that deletion vectors hide. */
  readonly hiddenRows: number;
  readonly files: number;
  readonly bytes: number;
};

/** Adds up files; nothing is read for it. */
export const sumFiles = (files: readonly TableFile[]): TableSums => {
  let rows: number | null = 0;
  let hiddenRows = 0;
  let bytes = 0;
  for (const file of files) {
    rows = rows === null || file.rows === null ? null : rows + file.rows - file.deletedRows;
    hiddenRows += file.deletedRows;
    bytes += file.bytes;
  }
  return { rows, hiddenRows, files: files.length, bytes };
};
