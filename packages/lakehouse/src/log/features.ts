import { PlatformError } from '@marketing-streams/platform/errors';
import type { Metadata, Protocol } from './actions.ts';

/** A plain table: readers of any age can read it. */
export const PLAIN_PROTOCOL: Protocol = { minReaderVersion: 1, minWriterVersion: 2 };

/** A table whose rows are deleted by vectors. */
export const DELETION_VECTOR_PROTOCOL: Protocol = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ['deletionVectors'],
  writerFeatures: ['deletionVectors', 'appendOnly', 'invariants'],
};

/** Features of types: files written before a type was widened are read as the wider one. */
const TYPE_FEATURES = ['timestampNtz', 'typeWidening', 'typeWidening-preview'];

/** `v2Checkpoint` is read and not written; `vacuumProtocolCheck` asks nothing of a reader. */
const READER_FEATURES = new Set(['deletionVectors', 'v2Checkpoint', 'vacuumProtocolCheck', ...TYPE_FEATURES]);

/**
 * `invariants` and `appendOnly` are honoured: columns with an invariant are refused by `fromDeltaSchema`, and
 * rows are never taken out of a table whose `delta.appendOnly` is true. `domainMetadata` is kept as it is. Vacuum
 * looks at the protocol first, as `vacuumProtocolCheck` asks.
 */
const WRITER_FEATURES = new Set([
  'deletionVectors',
  'appendOnly',
  'invariants',
  'domainMetadata',
  'vacuumProtocolCheck',
  ...TYPE_FEATURES,
]);

/** Writer features that versions 3 to 6 stand for; a table on them may use any. */
const LEGACY_WRITER_FEATURES: readonly (readonly [version: number, feature: string, inUse: RegExp])[] = [
  [3, 'checkConstraints', /^delta\.constraints\./],
  [4, 'changeDataFeed', /^delta\.enableChangeDataFeed$/],
  [5, 'columnMapping', /^delta\.columnMapping\.mode$/],
];

const refuse = (table: string, action: 'read' | 'write', features: readonly string[]): PlatformError =>
  new PlatformError(
    'DELTA_UNSUPPORTED',
    `${table}: cannot ${action} it, it uses ${features.join(', ')}; supported are ${[...(action === 'read' ? READER_FEATURES : WRITER_FEATURES)].join(', ')}`,
    { details: { field: 'features', value: features } },
  );

/** Throws DELTA_UNSUPPORTED naming the reader features this package does not have. */
export const requireReadable = (table: string, protocol: Protocol): void => {
  if (protocol.minReaderVersion === 2) throw refuse(table, 'read', ['columnMapping']);
  if (protocol.minReaderVersion > 3) {
    throw refuse(table, 'read', [`reader version ${protocol.minReaderVersion}`]);
  }
  const unknown = (protocol.readerFeatures ?? []).filter((feature) => !READER_FEATURES.has(feature));
  if (unknown.length > 0) throw refuse(table, 'read', unknown);
};

/**
 * Throws DELTA_UNSUPPORTED naming what this package cannot honour when it writes. Tables of writer versions 3 to 6
 * are written only when none of the features those versions stand for is in use.
 */
export const requireWritable = (table: string, protocol: Protocol, metadata: Metadata): void => {
  requireReadable(table, protocol);
  if (protocol.minWriterVersion > 7) {
    throw refuse(table, 'write', [`writer version ${protocol.minWriterVersion}`]);
  }
  const unknown =
    protocol.minWriterVersion === 7
      ? (protocol.writerFeatures ?? []).filter((feature) => !WRITER_FEATURES.has(feature))
      : LEGACY_WRITER_FEATURES.filter(
          ([version, , inUse]) =>
            protocol.minWriterVersion >= version &&
            Object.entries(metadata.configuration).some(
              ([key, value]) => inUse.test(key) && value !== 'false' && value !== 'none',
            ),
        ).map(([, feature]) => feature);
  if (unknown.length > 0) throw refuse(table, 'write', unknown);
  if (metadata.format.provider !== 'parquet')
    throw refuse(table, 'write', [`format ${metadata.format.provider}`]);
};

/** True when deletion vectors may be written to the table. */
export const allowsDeletionVectors = (protocol: Protocol, metadata: Metadata): boolean =>
  (protocol.writerFeatures ?? []).includes('deletionVectors') &&
  metadata.configuration['delta.enableDeletionVectors'] === 'true';

/** True when rows may only be added. */
export const isAppendOnly = (metadata: Metadata): boolean =>
  metadata.configuration['delta.appendOnly'] === 'true';
