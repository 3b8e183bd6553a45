import {
  type Action,
  type AddFile,
  type DomainMetadata,
  type Metadata,
  type Protocol,
  type RemoveFile,
  type Transaction,
  vectorId,
} from './actions.ts';

/**
 * The state of a table at a version (PROTOCOL.md «Action Reconciliation»). It is changed in place as commits
 * are applied: a table with ten thousand files must not be copied for every commit.
 */
export type Snapshot = {
  version: number;
  protocol: Protocol | null;
  metadata: Metadata | null;
  /** Live files by path; a path is live with at most one deletion vector. */
  readonly files: Map<string, AddFile>;
  /** Removed logical files by path and vector, for checkpoints and vacuum. */
  readonly tombstones: Map<string, RemoveFile>;
  readonly transactions: Map<string, Transaction>;
  readonly domains: Map<string, DomainMetadata>;
};

/** Before the first commit. */
export const emptySnapshot = (): Snapshot => ({
  version: -1,
  protocol: null,
  metadata: null,
  files: new Map(),
  tombstones: new Map(),
  transactions: new Map(),
  domains: new Map(),
});

const logicalFile = (file: AddFile | RemoveFile): string => `${file.path}\n${vectorId(file.deletionVector)}`;

const remove = (snapshot: Snapshot, file: RemoveFile): void => {
  const live = snapshot.files.get(file.path);
  if (live !== undefined && vectorId(live.deletionVector) === vectorId(file.deletionVector)) {
    snapshot.files.delete(file.path);
  }
  snapshot.tombstones.set(logicalFile(file), file);
};

const add = (snapshot: Snapshot, file: AddFile): void => {
  snapshot.files.set(file.path, file);
  snapshot.tombstones.delete(logicalFile(file));
};

/**
 * Applies the actions of one version. Removes go before adds, since the order within a commit means nothing and
 * a new deletion vector is a remove and an add of the same path.
 */
export const applyActions = (snapshot: Snapshot, version: number, actions: readonly Action[]): void => {
  for (const action of actions) {
    if (action.remove) remove(snapshot, action.remove);
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
    if ((tombstone.deletionTimestamp ?? 0) < expiredBefore) snapshot.tombstones.delete(key);
  }
};
