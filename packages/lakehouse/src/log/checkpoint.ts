import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { readParquet } from '../parquet/read-parquet.ts';
import { writeParquet } from '../parquet/write-parquet.ts';
import { type Column, column, type Row, type TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import { type Action, parseActions } from './actions.ts';
import type { ListedCheckpoint } from './log-listing.ts';
import { checkpointPath, LAST_CHECKPOINT_PATH, SIDECAR_FOLDER } from './log-paths.ts';
import type { Snapshot } from './snapshot.ts';

/** A file of a V2 checkpoint's file actions. */
type Sidecar = { readonly path: string; readonly sizeInBytes: number };

type CheckpointAction = Action & { readonly sidecar?: Sidecar };

const textMap = (name: string): Column => column.map(name, { type: 'string' }, { valueContainsNull: true });

const deletionVector = column.struct('deletionVector', [
  column.string('storageType'),
  column.string('pathOrInlineDv'),
  column.int('offset'),
  column.int('sizeInBytes'),
  column.long('cardinality'),
]);

/** PROTOCOL.md «Checkpoint Schema», classic V1: one row an action, one struct column a kind. */
const CHECKPOINT_SCHEMA: TableSchema = [
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

/** The actions a checkpoint of the snapshot holds; file actions say that they change nothing by themselves. */
const checkpointActions = (snapshot: Snapshot): Action[] => [
  { protocol: snapshot.protocol! },
  { metaData: snapshot.metadata! },
  ...Array.from(snapshot.transactions.values(), (txn) => ({ txn })),
  ...Array.from(snapshot.domains.values(), (domainMetadata) => ({ domainMetadata })),
  ...Array.from(snapshot.files.values(), (add) => ({ add: { ...add, dataChange: false } })),
  ...Array.from(snapshot.tombstones.values(), (remove) => ({ remove: { ...remove, dataChange: false } })),
];

const withoutNulls = (value: object): object =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [
        name,
        name === 'deletionVector' || name === 'format' ? withoutNulls(field) : field,
      ]),
  );

/**
 * Writes the classic checkpoint of a snapshot (its expired tombstones dropped by the caller) and then the hint to
 * it: a reader that follows the hint always finds the checkpoint.
 */
export const writeCheckpoint = async (storage: Storage, snapshot: Snapshot): Promise<void> => {
  const actions = checkpointActions(snapshot);
  const file = writeParquet(CHECKPOINT_SCHEMA, actions as readonly Row[]);
  await storage.putIfAbsent(checkpointPath(snapshot.version), file.data);
  const hinted = await readCheckpointHint(storage);
  if (hinted !== null && hinted >= snapshot.version) return;
  const hint = {
    version: snapshot.version,
    size: actions.length,
    sizeInBytes: file.data.byteLength,
    numOfAddFiles: snapshot.files.size,
  };
  await storage.replace(LAST_CHECKPOINT_PATH, Buffer.from(JSON.stringify(hint)));
};

/** The version `_last_checkpoint` names; null without one or when it is damaged, since it only saves a listing. */
export const readCheckpointHint = async (storage: Storage): Promise<number | null> => {
  const hint = await storage.read(LAST_CHECKPOINT_PATH);
  if (hint === null) return null;
  try {
    const { version } = JSON.parse(hint.toString('utf8')) as { readonly version?: unknown };
    return typeof version === 'number' && Number.isSafeInteger(version) && version >= 0 ? version : null;
  } catch {
    return null;
  }
};

const READ_SCHEMA: TableSchema = [
  ...CHECKPOINT_SCHEMA,
  column.struct('sidecar', [column.string('path'), column.long('sizeInBytes')]),
];

const readParquetActions = async (
  storage: Storage,
  path: string,
  bytes: number,
): Promise<readonly CheckpointAction[]> => {
  const rows = await readParquet(storage, path, bytes, READ_SCHEMA);
  return rows.map((row) => {
    const [kind, value] = Object.entries(row).find(([, field]) => field !== null) ?? [];
    return kind === undefined ? {} : { [kind]: withoutNulls(value as object) };
  });
};

/** A checkpoint named by a UUID may be JSON, a line an action. */
const readJsonActions = async (storage: Storage, path: string): Promise<readonly CheckpointAction[]> => {
  const bytes = await storage.read(path);
  if (bytes === null) throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path} is missing`);
  try {
    return parseActions(bytes.toString('utf8'));
  } catch (cause) {
    throw new PlatformError('DELTA_CORRUPT', `${storage.location}/${path}: ${messageOf(cause)}`, { cause });
  }
};

const sidecarPath = ({ path }: Sidecar): string =>
  `${SIDECAR_FOLDER}/${path.slice(path.lastIndexOf('/') + 1)}`;

/**
 * The actions of a checkpoint: classic, in parts, or one that leaves its file actions to sidecars (PROTOCOL.md
 * «V2 Spec»). Throws DELTA_CORRUPT with the path for a file that is missing or cannot be read.
 */
export const readCheckpoint = async (
  storage: Storage,
  checkpoint: ListedCheckpoint,
): Promise<readonly Action[]> => {
  const actions: CheckpointAction[] = [];
  const take = (more: readonly CheckpointAction[]): void => {
    for (const action of more) actions.push(action);
  };
  for (const { path, bytes } of checkpoint.files) {
    take(
      await (path.endsWith('.json')
        ? readJsonActions(storage, path)
        : readParquetActions(storage, path, bytes)),
    );
  }
  const sidecars = actions.flatMap(({ sidecar }) => (sidecar ? [sidecar] : []));
  for (const sidecar of sidecars) {
    take(await readParquetActions(storage, sidecarPath(sidecar), sidecar.sizeInBytes));
  }
  return actions;
};

/** Paths of the sidecars a checkpoint names. Throws as `readCheckpoint`. */
export const readSidecarPaths = async (
  storage: Storage,
  checkpoint: ListedCheckpoint,
): Promise<readonly string[]> => {
  const actions = await readCheckpoint(storage, checkpoint);
  return (actions as readonly CheckpointAction[]).flatMap(({ sidecar }) =>
    sidecar ? [sidecarPath(sidecar)] : [],
  );
};
