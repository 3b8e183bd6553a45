import type { AddFile } from '../../log/actions.ts';
import { physicalRows } from '../data-files.ts';
import type { MergeThresholds } from './merge-types.ts';

const DEFAULT_MIN_FILES = 16;

/** Classes are powers of this many visible rows, so that a row is rewritten once per class, not per merge. */
const CLASS_FACTOR = 16;

/** A merge takes no more rows than this, so that what is lost when it is given up stays small. */
const MAX_ROWS = 100_000;

/** Nor more bytes of files than this: the output is put together in memory, and rows may be large. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Files with at least this many visible rows are merged no further. */
const LARGE_FILE_ROWS = 50_000;

/** Nor are files of this size: two of them do not fit a merge. */
const LARGE_FILE_BYTES = MAX_BYTES / 2;

/** A file is rewritten when a larger part of its rows is hidden. */
const HIDDEN_PART = 0.2;

const hiddenRows = (file: AddFile): number => file.deletionVector?.cardinality ?? 0;

const visibleRows = (file: AddFile): number =>
  Math.max(0, (physicalRows(file) ?? LARGE_FILE_ROWS) - hiddenRows(file));

const isSmall = (file: AddFile): boolean =>
  visibleRows(file) < LARGE_FILE_ROWS && file.size < LARGE_FILE_BYTES;

const isHollow = (file: AddFile): boolean =>
  hiddenRows(file) > (physicalRows(file) ?? Number.POSITIVE_INFINITY) * HIDDEN_PART && file.size <= MAX_BYTES;

const partitionOf = (file: AddFile): string => JSON.stringify(Object.entries(file.partitionValues).sort());

const sizeClassOf = (file: AddFile): string => {
  const size = Math.floor(Math.log(Math.max(1, visibleRows(file))) / Math.log(CLASS_FACTOR));
  return `${partitionOf(file)}/${size}`;
};

const group = (files: Iterable<AddFile>, keyOf: (file: AddFile) => string): Iterable<readonly AddFile[]> => {
  const groups = new Map<string, AddFile[]>();
  for (const file of files) {
    const key = keyOf(file);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [file]);
    else members.push(file);
  }
  return groups.values();
};

/** As many of the files as fit one merge, the first one in any case. */
const asManyAsFit = (files: readonly AddFile[]): readonly AddFile[] => {
  let rows = 0;
  let bytes = 0;
  const end = files.findIndex((file, position) => {
    rows += visibleRows(file);
    bytes += file.size;
    return position > 0 && (rows > MAX_ROWS || bytes > MAX_BYTES);
  });
  return end === -1 ? files : files.slice(0, end);
};

/**
 * The files to merge into one next, all of one partition: enough small ones of one size class, or ones of which more
 * than a fifth of the rows are hidden. Empty when nothing pays.
 */
export const chooseFiles = (
  files: Iterable<AddFile>,
  { minFiles = DEFAULT_MIN_FILES, minHiddenRows = 1 }: MergeThresholds = {},
): readonly AddFile[] => {
  const all = [...files];
  for (const members of group(all.filter(isSmall), sizeClassOf)) {
    if (members.length < minFiles) continue;
    const chosen = asManyAsFit(members);
    if (chosen.length > 1) return chosen;
  }
  for (const members of group(all.filter(isHollow), partitionOf)) {
    const chosen = asManyAsFit(members);
    if (chosen.reduce((rows, file) => rows + hiddenRows(file), 0) >= minHiddenRows) return chosen;
  }
  return [];
};
