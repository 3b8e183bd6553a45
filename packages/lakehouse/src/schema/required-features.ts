import { PlatformError } from '@marketing-streams/platform/errors';
import type { Protocol } from '../log/actions.ts';
import type { ColumnType, TableSchema } from './table-schema.ts';

const hasTimestampNtz = (type: ColumnType): boolean => {
  switch (type.type) {
    case 'timestampNtz':
      return true;
    case 'struct':
      return type.fields.some(hasTimestampNtz);
    case 'list':
      return hasTimestampNtz(type.element);
    case 'map':
      return hasTimestampNtz(type.value) || (type.key !== undefined && hasTimestampNtz(type.key));
    default:
      return false;
  }
};

/** The table features that a schema's types ask for (PROTOCOL.md «Timestamp without timezone»). */
export const requiredFeatures = (schema: TableSchema): readonly string[] =>
  schema.some(hasTimestampNtz) ? ['timestampNtz'] : [];

/**
 * The protocol with features that both readers and writers have to know; the very same when there are none to add.
 * Throws DELTA_UNSUPPORTED for writer versions 3 to 6, which stand for features this package does not have.
 */
export const withFeatures = (protocol: Protocol, wanted: readonly string[]): Protocol => {
  const features = wanted.filter((feature) => !(protocol.writerFeatures ?? []).includes(feature));
  if (features.length === 0) return protocol;
  if (protocol.minWriterVersion > 2 && protocol.minWriterVersion < 7) {
    throw new PlatformError(
      'DELTA_UNSUPPORTED',
      `a table of writer version ${protocol.minWriterVersion} cannot get ${features.join(', ')}`,
    );
  }
  return {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: [...(protocol.readerFeatures ?? []), ...features],
    // What writer version 2 stands for has to be spelled out in version 7.
    writerFeatures: [...(protocol.writerFeatures ?? ['appendOnly', 'invariants']), ...features],
  };
};
