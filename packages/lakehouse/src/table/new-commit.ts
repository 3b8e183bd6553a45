import { isPlatformError } from '@marketing-streams/platform/errors';
import type { Action } from '../log/actions.ts';
import type { CommitResult } from '../table-types.ts';
import type { NewFile } from './data-files.ts';
import type { TableContext } from './table-context.ts';

/** Errors that say for certain that nothing was committed; after others the log has to be read to know. */
export const isCertain = (error: unknown): boolean =>
  isPlatformError(error, 'DELTA_CONFLICT', 'DELTA_OFFSET_MISMATCH', 'DELTA_SCHEMA_MISMATCH', 'DELTA_CORRUPT');

/** The `add` actions of new files. */
export const addActions = (files: readonly NewFile[]): readonly Action[] => files.map(({ add }) => ({ add }));

/** Bytes of Parquet in new files. */
export const bytesOf = (files: readonly NewFile[]): number =>
  files.reduce((bytes, { add }) => bytes + add.size, 0);

/** The result of a write that had nothing to commit. */
export const nothing = (context: TableContext): CommitResult => ({
  version: context.log.snapshot().version,
  rowsAdded: 0,
  rowsRemoved: 0,
  filesAdded: 0,
  bytes: 0,
});
