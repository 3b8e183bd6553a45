import { PlatformError } from '@marketing-streams/platform/errors';
import type { RowSet } from '../deletion-vector/row-set.ts';
import { inParallel } from '../in-parallel.ts';
import type { Metadata } from '../log/actions.ts';
import { requireReadable } from '../log/features.ts';
import { loadSnapshot } from '../log/load-snapshot.ts';
import { decodeDataPath } from '../log/log-paths.ts';
import type { Snapshot } from '../log/snapshot.ts';
import { createTableLog, type TableLog } from '../log/table-log.ts';
import { versionAt } from '../log/time-travel.ts';
import { fromDeltaSchema } from '../schema/delta-schema.ts';
import type { TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import { createVectorCache, type VectorCache } from '../table/vector-cache.ts';

/** A live file of a table at one version. */
export type VersionFile = {
  /** Relative to the table's root, decoded. */
  readonly path: string;
  readonly bytes: number;
  readonly hidden: RowSet | null;
  readonly partitionValues: Readonly<Record<string, string | null>>;
};

/** A table at one version; nothing in it changes. */
export type TableVersion = {
  readonly name: string;
  readonly storage: Storage;
  readonly version: number;
  readonly schema: TableSchema;
  readonly partitionColumns: readonly string[];
  readonly files: readonly VersionFile[];
};

/** Which state of a table: the newest, a version, or the one at a moment (epoch milliseconds). */
export type WantedVersion = null | { readonly version: number } | { readonly timestamp: number };

/** The states of one table, as queries ask for them. */
export type TableVersions = {
  /**
   * Throws NOT_FOUND when there is no table or no such version, DELTA_UNSUPPORTED and DELTA_CORRUPT as `readTable`.
   */
  readonly get: (wanted: WantedVersion) => Promise<TableVersion>;
};

/** Older versions kept in memory. */
const KEPT_VERSIONS = 8;
const VECTORS_AT_A_TIME = 16;

const schemas = new WeakMap<Metadata, TableSchema>();

const schemaOf = (metadata: Metadata): TableSchema => {
  let schema = schemas.get(metadata);
  if (schema === undefined) {
    schema = fromDeltaSchema(metadata.schemaString);
    schemas.set(metadata, schema);
  }
  return schema;
};

const capture = async (
  name: string,
  storage: Storage,
  snapshot: Snapshot,
  vectors: VectorCache,
): Promise<TableVersion> => {
  const metadata = snapshot.metadata!;
  requireReadable(name, snapshot.protocol!);
  const files = await inParallel([...snapshot.files.values()], VECTORS_AT_A_TIME, async (file) => ({
    path: decodeDataPath(file.path),
    bytes: file.size,
    hidden: file.deletionVector === undefined ? null : await vectors.get(file),
    partitionValues: file.partitionValues,
  }));
  const { version } = snapshot;
  const { partitionColumns } = metadata;
  return { name, storage, version, schema: schemaOf(metadata), partitionColumns, files };
};

/**
 * Reads a table's log once and follows it from then on: a page that asks every second costs a look at the name of the
 * next commit. Calls that overlap are answered one after the other, each with what was committed before it.
 */
export const createTableVersions = (
  name: string,
  storage: Storage,
  clock: () => number = Date.now,
): TableVersions => {
  const vectors = createVectorCache(storage);
  const older = new Map<number, TableVersion>();
  let log: TableLog | null = null;
  let newest: TableVersion | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const load = async (version?: number): Promise<TableLog> => {
    const loaded = await loadSnapshot(storage, { version, tombstones: false });
    if (loaded === null) throw new PlatformError('NOT_FOUND', `${storage.location} is no Delta table`);
    return createTableLog({ storage, ...loaded, clock, logger: undefined, checkpoints: 'elsewhere' });
  };

  const readNewest = async (): Promise<TableVersion> => {
    if (log === null) log = await load();
    else await log.catchUp();
    const snapshot = log.snapshot();
    if (newest?.version !== snapshot.version) {
      // They protect files from vacuum, of which a reader does none.
      snapshot.tombstones.clear();
      newest = await capture(name, storage, snapshot, vectors);
      vectors.forgetExcept(snapshot.files);
    }
    return newest;
  };

  const readOlder = async (version: number): Promise<TableVersion> => {
    if (!Number.isSafeInteger(version) || version < 0) {
      throw new PlatformError('NOT_FOUND', `${name} has no version ${version}`, {
        details: { field: 'version', value: version },
      });
    }
    let found = older.get(version);
    older.delete(version);
    found ??= await capture(name, storage, (await load(version)).snapshot(), createVectorCache(storage));
    older.set(version, found);
    if (older.size > KEPT_VERSIONS) older.delete(older.keys().next().value!);
    return found;
  };

  return {
    get: (wanted) => {
      const read = async (): Promise<TableVersion> => {
        if (wanted === null) return readNewest();
        if ('version' in wanted) return readOlder(wanted.version);
        const version = await versionAt(storage, wanted.timestamp, clock());
        if (version === null) throw new PlatformError('NOT_FOUND', `${storage.location} is no Delta table`);
        return readOlder(version);
      };
      const next = last.then(read, read);
      last = next.catch(() => {});
      return next;
    },
  };
};
