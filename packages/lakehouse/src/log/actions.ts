/** PROTOCOL.md «Actions»: the shapes of what a commit holds, one object a line. */

export type Protocol = {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
};

export type Metadata = {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly createdTime?: number;
  readonly configuration: Readonly<Record<string, string>>;
};

/** Where the set of a file's deleted rows is; `offset` only for vectors in files. */
export type DeletionVectorDescriptor = {
  /** `u`: a file named by a UUID, `i`: inline, `p`: a file by its absolute path. */
  readonly storageType: string;
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
};

export type AddFile = {
  /** URI-encoded, relative to the table's root. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVectorDescriptor;
};

export type RemoveFile = {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: Readonly<Record<string, string | null>>;
  readonly size?: number;
  readonly deletionVector?: DeletionVectorDescriptor;
};

export type Transaction = { readonly appId: string; readonly version: number; readonly lastUpdated?: number };

export type DomainMetadata = {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
};

export type CommitInfo = {
  readonly timestamp?: number;
  readonly operation?: string;
  readonly operationParameters?: Readonly<Record<string, unknown>>;
  readonly operationMetrics?: Readonly<Record<string, string>>;
  readonly readVersion?: number;
  readonly isBlindAppend?: boolean;
  readonly engineInfo?: string;
  /** Epoch milliseconds, rising from commit to commit; only in tables that have the feature. */
  readonly inCommitTimestamp?: number;
};

/** One line of a commit: exactly one of the fields. Kinds that are not listed ask nothing of a reader. */
export type Action = {
  readonly commitInfo?: CommitInfo;
  readonly protocol?: Protocol;
  readonly metaData?: Metadata;
  readonly add?: AddFile;
  readonly remove?: RemoveFile;
  readonly txn?: Transaction;
  readonly domainMetadata?: DomainMetadata;
};

/** PROTOCOL.md «Derived Fields»: tells apart the vectors a data file had in turn; empty without one. */
export const vectorId = (vector: DeletionVectorDescriptor | undefined | null): string => {
  if (vector === undefined || vector === null) return '';
  const id = `${vector.storageType}${vector.pathOrInlineDv}`;
  return vector.offset === undefined || vector.offset === null ? id : `${id}@${vector.offset}`;
};

/** The actions of a commit file. Throws SyntaxError for what is not JSON. */
export const parseActions = (text: string): readonly Action[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Action);

/** The text of a commit file. */
export const formatActions = (actions: readonly Action[]): string =>
  `${actions.map((action) => JSON.stringify(action)).join('\n')}\n`;
