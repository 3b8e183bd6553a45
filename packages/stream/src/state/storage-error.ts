import { messageOf, PlatformError } from '@marketing-streams/platform/errors';

/** Node names what the system refused; LMDB gives the system's number (Linux: ENOSPC, EDQUOT, EIO, EROFS). */
const REFUSED_BY_THE_SYSTEM: ReadonlySet<unknown> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  28,
  122,
  5,
  30,
]);

/**
 * What a write to a store threw, as STORAGE_UNAVAILABLE when the system refused it (no room on the disk, above all):
 * room may be made, so that it is waited for. Anything else comes back as it is.
 */
export const asStorageError = (error: unknown, folder: string): unknown =>
  REFUSED_BY_THE_SYSTEM.has((error as NodeJS.ErrnoException | null)?.code)
    ? new PlatformError(
        'STORAGE_UNAVAILABLE',
        `the state in ${folder} cannot be written: ${messageOf(error)}`,
        {
          cause: error,
        },
      )
    : error;
