import { PlatformError } from '@marketing-streams/platform/errors';
import type { Action } from './actions.ts';
import { dataFileKey } from './log-paths.ts';

/**
 * What a commit was computed from:
 * - `blind`: it only adds rows and has read none, so it holds whatever others did to the data;
 * - `keyed`: it replaces rows by key, so it depends on every row others wrote;
 * - `rearrange`: it only depends on the files it removes.
 */
export type CommitKind = 'blind' | 'keyed' | 'rearrange';

/** What becomes of a commit that came second. */
export type Verdict =
  /** The same actions hold on top of the winner. */
  | 'retry'
  /** They have to be computed again from the state the winner left. */
  | 'recompute';

/**
 * Judges a commit that lost its version to a winner. Throws DELTA_CONFLICT when the winner changed the table's
 * metadata or protocol, DELTA_OFFSET_MISMATCH when it moved the position of one of the commit's own applications:
 * another writer handles the same source, which is no proof of who is the zombie.
 */
export const judgeConflict = (
  kind: CommitKind,
  own: readonly Action[],
  winner: readonly Action[],
  winnerVersion: number,
): Verdict => {
  const ownApplications = new Set(own.flatMap((action) => (action.txn ? [action.txn.appId] : [])));
  for (const action of winner) {
    if (action.metaData || action.protocol) {
      throw new PlatformError(
        'DELTA_CONFLICT',
        `version ${winnerVersion} changed the table's ${action.metaData ? 'metadata' : 'protocol'}: open it again`,
      );
    }
    if (action.txn && ownApplications.has(action.txn.appId)) {
      throw new PlatformError(
        'DELTA_OFFSET_MISMATCH',
        `version ${winnerVersion} moved ${action.txn.appId} to ${action.txn.version} meanwhile`,
        { details: { field: action.txn.appId, value: action.txn.version } },
      );
    }
  }
  if (kind === 'blind') return 'retry';
  const ownRemoves = new Set(
    own.flatMap((action) => (action.remove ? [dataFileKey(action.remove.path)] : [])),
  );
  const touched = winner.some(
    (action) =>
      (action.remove && ownRemoves.has(dataFileKey(action.remove.path))) ||
      (action.add && ownRemoves.has(dataFileKey(action.add.path))),
  );
  const newRows = kind === 'keyed' && winner.some((action) => action.add?.dataChange);
  return touched || newRows ? 'recompute' : 'retry';
};
