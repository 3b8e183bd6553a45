import {
  type Action,
  type AddFile,
  type DeletionVectorDescriptor,
  type DomainMetadata,
  type Metadata,
  type Protocol,
  type RemoveFile,
  type Transaction,
  vectorId,
} from './actions.ts';
import { dataFileKey } from './log-paths.ts';

/** What is left of a file that was removed: it protects the data file and the vector's file from vacuum. */
export type Tombstone = {
  readonly path: string;
  readonly deletionTimestamp: number;
  readonly deletionVector?: DeletionVectorDescriptor;
};

/**
 * The state of a table at a version (PROTOCOL.md «Action Reconciliation»). It is changed in place as commits
 * are applied: a table with ten thousand files must not be copied for every commit.
 */
export type Snapshot = {
  version: number;
  protocol: Protocol | null;
  metadata: Metadata | null;
  /** Live files by `dataFileKey`; a file is live with at most one deletion vector. */
  readonly files: Map<string, AddFile>;
  /** Removed logical files by path and vector, for checkpoints and vacuum; empty when they are not kept. */
  readonly tombstones: Map<string, Tombstone>;
  readonly keepsTombstones: boolean;
  readonly transactions: Map<string, Transaction>;
  readonly domains: Map<string, DomainMetadata>;
};

/** Before the first commit. Only checkpoints and vacuum need tombstones; who writes neither need not keep them. */
export const emptySnapshot = (options: { readonly tombstones?: boolean } = {}): Snapshot => ({
  version: -1,
  protocol: null,
  metadata: null,
  files: new Map(),
  tombstones: new Map(),
  keepsTombstones: options.tombstones ?? true,
  transactions: new Map(),
  domains: new Map(),
});

const logicalFile = (file: AddFile | RemoveFile): string => {
  const vector = vectorId(file.deletionVector);
  const key = dataFileKey(file.path);
  return vector === '' ? key : `${key}\n${vector}`;
};

const hasVectorFile = (file: RemoveFile): boolean =>
  file.deletionVector !== undefined && file.deletionVector.storageType !== 'i';

const bury = (snapshot: Snapshot, file: RemoveFile): void => {
  const { path, deletionTimestamp = 0, deletionVector } = file;
  snapshot.tombstones.set(
    logicalFile(file),
    deletionVector === undefined ? { path, deletionTimestamp } : { path, deletionTimestamp, deletionVector },
  );
};

const remove = (snapshot: Snapshot, file: RemoveFile, isAddedAgain: boolean): void => {
  const key = dataFileKey(file.path);
  const live = snapshot.files.get(key);
  if (live !== undefined && vectorId(live.deletionVector) === vectorId(file.deletionVector)) {
    snapshot.files.delete(key);
  }
  if (snapshot.keepsTombstones && (!isAddedAgain || hasVectorFile(file))) bury(snapshot, file);
};

const add = (snapshot: Snapshot, file: AddFile): void => {
  snapshot.files.set(dataFileKey(file.path), file);
  if (snapshot.tombstones.size > 0) snapshot.tombstones.delete(logicalFile(file));
};

/**
 * Applies the actions of one version. Removes go before adds, since the order within a commit means nothing and
 * a new deletion vector is a remove and an add of the same path.
 *
 * Of such a pair no tombstone is kept unless the former vector has a file of its own: it would protect nothing, as
 * the data file lives on and gets a tombstone of its own when it goes (PROTOCOL.md: a tombstone «should remain»).
 * Steady upserts make thousands of them an hour, each with its vector inline.
 */
export const applyActions = (snapshot: Snapshot, version: number, actions: readonly Action[]): void => {
  const added = new Set<string>();
  for (const action of actions) if (action.add) added.add(dataFileKey(action.add.path));
  for (const action of actions) {
    if (action.remove) remove(snapshot, action.remove, added.has(dataFileKey(action.remove.path)));
  }
  for (const action of actions) {
    if (action.add) add(snapshot, action.add);
    else if (action.txn) snapshot.transactions.set(action.txn.appId, action.txn);
    else if (action.metaData) snapshot.metadata = action.metaData;
    else if (action.protocol) snapshot.protocol = action.protocol;
    else if (action.domainMetadata) {
      if (action.domainMetadata.removed) snapshot.domains.delete(action.domainMetadata.domain);
      else snapshot.domains.set(action.domainMetadata.domain, action.domainMetadata);
    }
  }
  snapshot.version = version;
};

/** Forgets tombstones removed before a point in time; they protect nothing any more. */
export const dropExpiredTombstones = (snapshot: Snapshot, expiredBefore: number): void => {
  for (const [key, tombstone] of snapshot.tombstones) {
    if (tombstone.deletionTimestamp < expiredBefore) snapshot.tombstones.delete(key);
  }
};
