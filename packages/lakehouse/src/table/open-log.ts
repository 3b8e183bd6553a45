import { randomUUID } from 'node:crypto';
import { isPlatformError, PlatformError } from '@marketing-streams/platform/errors';
import { type Action, formatActions, type Metadata } from '../log/actions.ts';
import { DELETION_VECTOR_PROTOCOL, isAppendOnly, PLAIN_PROTOCOL, requireWritable } from '../log/features.ts';
import { loadSnapshot } from '../log/load-snapshot.ts';
import { commitPath } from '../log/log-paths.ts';
import { createTableLog, type TableLog } from '../log/table-log.ts';
import { evolveDeltaSchema, fromDeltaSchema, sameSchema, toDeltaSchema } from '../schema/delta-schema.ts';
import { evolveSchema } from '../schema/evolve.ts';
import { requiredFeatures, withFeatures } from '../schema/required-features.ts';
import type { TableSchema } from '../schema/table-schema.ts';
import type { Storage } from '../storage.ts';
import type { OpenTableOptions } from '../table-types.ts';

/**
 * At one commit a second Delta's defaults, removed files for a week and commits for thirty days, are millions of
 * files. Two hours are longer than a reader may take, and as far as time travel goes.
 */
const PROPERTIES = {
  'delta.deletedFileRetentionDuration': 'interval 2 hours',
  'delta.logRetentionDuration': 'interval 2 hours',
};

/** Without it an upsert rewrites the files whose rows it changes, so that readers of any age can read the table. */
const DELETION_VECTORS = 'delta.enableDeletionVectors';

const UPSERT_PROPERTIES = { ...PROPERTIES, [DELETION_VECTORS]: 'true' };

const creation = (options: OpenTableOptions, now: number): readonly Action[] => {
  const configuration: Readonly<Record<string, string>> = {
    ...(options.kind === 'append' ? PROPERTIES : UPSERT_PROPERTIES),
    ...options.properties,
  };
  const hasVectors = configuration[DELETION_VECTORS] === 'true';
  const metaData: Metadata = {
    id: randomUUID(),
    name: options.name,
    format: { provider: 'parquet', options: {} },
    schemaString: toDeltaSchema(options.schema),
    partitionColumns: options.partitionColumns ?? [],
    createdTime: now,
    configuration,
  };
  return [
    {
      commitInfo: {
        timestamp: now,
        operation: 'CREATE TABLE',
        operationParameters: {},
        isBlindAppend: false,
      },
    },
    {
      protocol: withFeatures(
        hasVectors ? DELETION_VECTOR_PROTOCOL : PLAIN_PROTOCOL,
        requiredFeatures(options.schema),
      ),
    },
    { metaData },
  ];
};

const requireKind = (options: OpenTableOptions, log: TableLog, schema: TableSchema): void => {
  const { name, kind, partitionColumns = [] } = options;
  const { metadata } = log.snapshot();
  const partitions = metadata!.partitionColumns;
  if (partitions.join() !== partitionColumns.join()) {
    throw new PlatformError(
      'DELTA_SCHEMA_MISMATCH',
      `${name} is partitioned by ${partitions.join(', ') || 'nothing'}, not by ${partitionColumns.join(', ') || 'nothing'}`,
    );
  }
  if (kind === 'append') return;
  if (isAppendOnly(metadata!)) {
    throw new PlatformError('DELTA_UNSUPPORTED', `${name} cannot be upserted: delta.appendOnly is true`);
  }
  for (const key of kind.upsert) {
    if (schema.find((column) => column.name === key)?.nullable !== false) {
      throw new PlatformError(
        'DELTA_SCHEMA_MISMATCH',
        `${name}: key column ${key} must exist and not be nullable`,
      );
    }
  }
};

/**
 * Opens the log of a table that this package may write, after creating the table if there was none and adding the
 * nullable columns it did not have. Throws as `OpenTable` says.
 */
export const openLog = async (
  options: OpenTableOptions,
  storage: Storage,
  clock: () => number,
): Promise<{ readonly log: TableLog; readonly schema: TableSchema }> => {
  const checkpoints = options.checkpoints ?? 'inline';
  const tombstones = checkpoints === 'inline';
  let loaded = await loadSnapshot(storage, { tombstones });
  if (loaded === null) {
    // Of several processes that start at once one creates it; the others find its table.
    await storage.putIfAbsent(commitPath(0), Buffer.from(formatActions(creation(options, clock()))));
    loaded = await loadSnapshot(storage, { tombstones });
    if (loaded === null) throw new PlatformError('DELTA_CORRUPT', `${storage.location}: the table vanished`);
  }
  const { protocol, metadata } = loaded.snapshot;
  requireWritable(options.name, protocol!, metadata!);
  const existing = fromDeltaSchema(metadata!.schemaString);
  const schema = evolveSchema(options.name, existing, options.schema);
  const log = createTableLog({ storage, ...loaded, clock, logger: options.logger, checkpoints });
  requireKind(options, log, schema);
  if (!sameSchema(existing, schema)) {
    const schemaString = evolveDeltaSchema(metadata!.schemaString, schema);
    const metaData: Metadata = { ...metadata!, schemaString };
    const newProtocol = withFeatures(protocol!, requiredFeatures(schema));
    try {
      await log.commit('rearrange', async () => ({
        operation: 'ADD COLUMNS',
        operationParameters: {},
        operationMetrics: {},
        actions: [...(newProtocol === protocol ? [] : [{ protocol: newProtocol }]), { metaData }],
      }));
    } catch (error) {
      // Of several processes that start at once with a new column one adds it; the others find it.
      if (isPlatformError(error, 'DELTA_CONFLICT')) return openLog(options, storage, clock);
      throw error;
    }
  }
  return { log, schema };
};
