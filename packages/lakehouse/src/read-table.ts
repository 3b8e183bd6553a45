import { PlatformError } from '@marketing-streams/platform/errors';
import { localStorage } from './local-storage.ts';
import { requireReadable } from './log/features.ts';
import { loadSnapshot } from './log/load-snapshot.ts';
import { fromDeltaSchema } from './schema/delta-schema.ts';
import type { Storage } from './storage.ts';
import { createLayout } from './table/data-files.ts';
import { createTableView } from './table/table-view.ts';
import { createVectorCache } from './table/vector-cache.ts';
import type { TableView } from './table-types.ts';

export type ReadTableOptions = {
  /** Folder of the table, or its storage. */
  readonly path: string | Storage;
  /** Name for people; the location unless told. */
  readonly name?: string;
};

/**
 * A table as it is now, whoever wrote it. Throws NOT_FOUND when there is none, DELTA_UNSUPPORTED naming the reader
 * features this package does not have, DELTA_CORRUPT with the path when the log cannot be read.
 */
export const readTable = async (options: ReadTableOptions): Promise<TableView> => {
  const storage = typeof options.path === 'string' ? localStorage(options.path) : options.path;
  const name = options.name ?? storage.location;
  const loaded = await loadSnapshot(storage);
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
