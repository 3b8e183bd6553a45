import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { openParquetColumns } from '../parquet/read-parquet.ts';
import type { Storage } from '../storage.ts';
import { type Action, parseActions } from './actions.ts';
import { readSchema } from './checkpoint-schema.ts';
import type { ListedCheckpoint } from './log-listing.ts';
import { LAST_CHECKPOINT_PATH, SIDECAR_FOLDER } from './log-paths.ts';

/** A file of a V2 checkpoint's file actions. */
type Sidecar = { readonly path: string; readonly sizeInBytes: number };

type CheckpointAction = Action & { readonly sidecar?: Sidecar };

const withoutNulls = (value: object): object => {
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === null) continue;
    result[name] = name === 'deletionVector' || name === 'format' ? withoutNulls(field) : field;
  }
  return result;
};

/** What `_last_checkpoint` says. */
export type CheckpointHint = {
  readonly version: number;
  /** Number of actions in the checkpoint; null when its writer did not say. */
  readonly size: number | null;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** What `_last_checkpoint` says; null without one or when it is damaged, since it only saves a listing. */
export const readCheckpointHint = async (storage: Storage): Promise<CheckpointHint | null> => {
  const hint = await storage.read(LAST_CHECKPOINT_PATH);
  if (hint === null) return null;
  try {
    const { version, size } = (JSON.parse(hint.toString('utf8')) ?? {}) as Record<string, unknown>;
    return isCount(version) ? { version, size: isCount(size) ? size : null } : null;
  } catch {
    return null;
  }
};

const readParquetActions = async (
  storage: Storage,
  path: string,
  bytes: number,
  tombstones: boolean,
): Promise<readonly CheckpointAction[]> => {
  const file = await openParquetColumns(storage, path, bytes);
  const actions: CheckpointAction[] = [];
  // A column at a time: each row has a value in one of them.
  for (const kind of readSchema(tombstones)) {
    for (const value of await file.readValues(kind)) {
      actions.push({ [kind.name]: withoutNulls(value as object) });
    }
  }
  return actions;
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

const sidecarsOf = (actions: readonly CheckpointAction[]): readonly Sidecar[] =>
  actions.flatMap(({ sidecar }) => (sidecar ? [sidecar] : []));

/** The actions in the files that carry the checkpoint's name. */
const readNamedFiles = async (
  storage: Storage,
  checkpoint: ListedCheckpoint,
  tombstones: boolean,
): Promise<CheckpointAction[]> => {
  const actions: CheckpointAction[] = [];
  for (const { path, bytes } of checkpoint.files) {
    const more = path.endsWith('.json')
      ? await readJsonActions(storage, path)
      : await readParquetActions(storage, path, bytes, tombstones);
    for (const action of more) actions.push(action);
  }
  return actions;
};

/**
 * The actions of a checkpoint: classic, in parts, or one that leaves its file actions to sidecars (PROTOCOL.md
 * «V2 Spec»); without `tombstones` perhaps not those. Throws DELTA_CORRUPT with the path for a file that is missing
 * or cannot be read.
 */
export const readCheckpoint = async (
  storage: Storage,
  checkpoint: ListedCheckpoint,
  options: { readonly tombstones: boolean },
): Promise<readonly Action[]> => {
  const actions = await readNamedFiles(storage, checkpoint, options.tombstones);
  for (const sidecar of sidecarsOf(actions)) {
    const { sizeInBytes } = sidecar;
    const more = await readParquetActions(storage, sidecarPath(sidecar), sizeInBytes, options.tombstones);
    for (const action of more) actions.push(action);
  }
  return actions;
};
