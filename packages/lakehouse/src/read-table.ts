import { PlatformError } from '@marketing-streams/platform/errors';
import { requireReadable } from './log/features.ts';
import { loadSnapshot } from './log/load-snapshot.ts';
import { versionAt } from './log/time-travel.ts';
import { openStorage } from './open-storage.ts';
import { fromDeltaSchema } from './schema/delta-schema.ts';
import type { Storage } from './storage.ts';
import { createLayout } from './table/data-files.ts';
import { createTableView } from './table/table-view.ts';
import { createVectorCache } from './table/vector-cache.ts';
import type { TableView } from './table-types.ts';

export type ReadTableOptions = {
  /** Folder or `s3://bucket/prefix` of the table (see `openStorage`), or its storage. */
  readonly path: string | Storage;
  /** Name for people; the location unless told. */
  readonly name?: string;
  /** The table as it was at a version; not together with `timestamp`. */
  readonly version?: number;
  /** The table as it was at a moment, epoch milliseconds: after the last commit at or before it. */
  readonly timestamp?: number;
  /** Epoch milliseconds; the wall clock unless told. */
  readonly clock?: () => number;
};

const wantedVersion = async (options: ReadTableOptions, storage: Storage): Promise<number | undefined> => {
  const { version, timestamp, clock = Date.now } = options;
  if (version !== undefined && timestamp !== undefined) {
    throw new TypeError('a table is read at a version or at a timestamp, not at both');
  }
  if (version !== undefined && (!Number.isSafeInteger(version) || version < 0)) {
    throw new PlatformError('NOT_FOUND', `${storage.location}: ${version} is no version of a table`, {
      details: { field: 'version', value: version },
    });
  }
  return timestamp === undefined ? version : ((await versionAt(storage, timestamp, clock())) ?? undefined);
};

/**
 * A table as it is now or as it was, whoever wrote it. Throws NOT_FOUND when there is none or when the version or
 * moment lies outside of what the log can still tell (naming what it can), DELTA_UNSUPPORTED naming the reader
 * features this package does not have, DELTA_CORRUPT with the path when the log cannot be read.
 */
export const readTable = async (options: ReadTableOptions): Promise<TableView> => {
  const storage = typeof options.path === 'string' ? await openStorage(options.path) : options.path;
  const name = options.name ?? storage.location;
  const loaded = await loadSnapshot(storage, {
    version: await wantedVersion(options, storage),
    tombstones: false,
  });
  if (loaded === null) throw new PlatformError('NOT_FOUND', `${storage.location} is no Delta table`);
  const { snapshot } = loaded;
  requireReadable(name, snapshot.protocol!);
  const layout = createLayout(
    storage,
    fromDeltaSchema(snapshot.metadata!.schemaString),
    snapshot.metadata!.partitionColumns,
  );
  return createTableView({ name, layout, vectors: createVectorCache(storage), snapshot: () => snapshot });
};
