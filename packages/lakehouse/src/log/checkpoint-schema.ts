import { type Column, column, type TableSchema } from '../schema/table-schema.ts';

const textMap = (name: string): Column => column.map(name, { type: 'string' }, { valueContainsNull: true });

const deletionVector = column.struct('deletionVector', [
  column.string('storageType'),
  column.string('pathOrInlineDv'),
  column.int('offset'),
  column.int('sizeInBytes'),
  column.long('cardinality'),
]);

/** PROTOCOL.md «Checkpoint Schema», classic V1: one row an action, one struct column a kind. */
export const CHECKPOINT_SCHEMA: TableSchema = [
  column.struct('txn', [column.string('appId'), column.long('version'), column.long('lastUpdated')]),
  column.struct('add', [
    column.string('path'),
    textMap('partitionValues'),
    column.long('size'),
    column.long('modificationTime'),
    column.boolean('dataChange'),
    column.string('stats'),
    textMap('tags'),
    deletionVector,
  ]),
  column.struct('remove', [
    column.string('path'),
    column.long('deletionTimestamp'),
    column.boolean('dataChange'),
    column.boolean('extendedFileMetadata'),
    textMap('partitionValues'),
    column.long('size'),
    deletionVector,
  ]),
  column.struct('metaData', [
    column.string('id'),
    column.string('name'),
    column.string('description'),
    column.struct('format', [column.string('provider'), textMap('options')]),
    column.string('schemaString'),
    column.list('partitionColumns', { type: 'string' }),
    column.long('createdTime'),
    textMap('configuration'),
  ]),
  column.struct('protocol', [
    column.int('minReaderVersion'),
    column.int('minWriterVersion'),
    column.list('readerFeatures', { type: 'string' }),
    column.list('writerFeatures', { type: 'string' }),
  ]),
  column.struct('domainMetadata', [
    column.string('domain'),
    column.string('configuration'),
    column.boolean('removed'),
  ]),
];

/** What is read of a checkpoint: V2 checkpoints have sidecars, those without a use for tombstones leave them out. */
export const readSchema = (tombstones: boolean): TableSchema => [
  ...CHECKPOINT_SCHEMA.filter(({ name }) => tombstones || name !== 'remove'),
  column.struct('sidecar', [column.string('path'), column.long('sizeInBytes')]),
];
