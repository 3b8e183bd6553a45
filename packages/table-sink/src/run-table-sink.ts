import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import { createSchemaRegistry, type SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createTableMaintenance } from '@marketing-streams/lakehouse/maintenance/table-maintenance';
import { locationBelow, openStorage } from '@marketing-streams/lakehouse/open-storage';
import { createTableSink } from '@marketing-streams/lakehouse/sink';
import type { SinkRoute, TableSink } from '@marketing-streams/lakehouse/sink-types';
import type { Storage } from '@marketing-streams/lakehouse/storage';
import { openTable } from '@marketing-streams/lakehouse/table';
import { isPlatformError, messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { untilAvailable } from '@marketing-streams/platform/until-available';
import { runThread, type ThreadContext, type ThreadWork } from '@marketing-streams/platform/worker-thread';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import {
  type PositionedConsumer,
  startPositionedConsumer,
} from '@marketing-streams/stream/positioned-consumer';
import { takeIndexRoot } from './index-root.ts';
import { recordCommits, recordFailures, recordSkips } from './metrics/commit-metrics.ts';
import { createLagObserver, showLag } from './metrics/lag-metrics.ts';
import { recordMaintenance } from './metrics/maintenance-metrics.ts';
import { showTables } from './metrics/table-gauges.ts';
import { createRush } from './rush.ts';
import type { RowConversion, TableDeclaration } from './table-declaration.ts';
import { createTableTroubles } from './table-troubles.ts';

/** Tables are committed once a second when little comes: their topics need not be asked more often than this. */
const PACE_MILLISECONDS = 200;

/** The part of a service's settings that its table sink needs. */
export type TableSinkConfig = {
  readonly kafka_bootstrap_servers: string;
  readonly schema_registry_url: string;
  readonly delta_dir: string;
  readonly state_dir: string;
};

type Context = ThreadContext<TableSinkConfig>;

type OpenRoute = { readonly route: SinkRoute; readonly storage: Storage };

const nameOf = ({ layer, table }: TableDeclaration): string => `${layer}.${table}`;

const conversionOf = (
  declaration: TableDeclaration,
  registry: SchemaRegistry,
  { metrics, logger }: Context,
): Promise<RowConversion> =>
  declaration.conversion(registry, recordSkips(nameOf(declaration), metrics, logger));

const openRoute = async (
  declaration: TableDeclaration,
  { prepare, toChange }: RowConversion,
  indexRoot: string,
  { config, logger }: Context,
): Promise<OpenRoute> => {
  const { layer, table, topic, schema, kind } = declaration;
  const name = nameOf(declaration);
  const storage = await openStorage(locationBelow(config.delta_dir, layer, table));
  return {
    storage,
    route: {
      topics: [topic],
      table: await openTable({
        path: storage,
        name,
        schema,
        kind,
        indexDir: join(indexRoot, layer, table),
        checkpoints: 'elsewhere',
        logger,
      }),
      ...(prepare === undefined ? {} : { prepare }),
      toChange,
    },
  };
};

/** A table somebody gave other columns has to be opened again, and only a start of the process does that. */
const positionsOf =
  (sink: TableSink) =>
  async (partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, number>> => {
    try {
      return await sink.positions(partitions);
    } catch (error) {
      if (!isPlatformError(error, 'DELTA_CONFLICT')) throw error;
      throw new PlatformError('INTERNAL', `${error.message}: the service has to start again`, {
        cause: error,
      });
    }
  };

const clusterIdOf = async (kafka: ReturnType<typeof createKafkaClient>): Promise<string> => {
  const admin = kafka.admin();
  try {
    return await admin.clusterId();
  } finally {
    await admin.close();
  }
};

/**
 * The body of a service's table-sink thread: reads the topics of the declared tables, read committed and from
 * the offsets the tables themselves hold, and writes them, rows and offsets in one commit. Merges, checkpoints, log
 * clean-up and vacuum run beside it, in a thread of their own.
 */
export const runTableSink = (declarations: readonly TableDeclaration[]): Promise<void> =>
  runThread<TableSinkConfig>(async (context): Promise<ThreadWork> => {
    const { name, config, logger, metrics } = context;
    const folder = join(config.state_dir, `${name}-table-sink`);
    mkdirSync(folder, { recursive: true });
    const registry = createSchemaRegistry({ url: config.schema_registry_url });
    const kafka = createKafkaClient({
      bootstrapServers: config.kafka_bootstrap_servers,
      clientId: `${name}-table-sink`,
      logger,
    });
    const clusterId = await untilAvailable(() => clusterIdOf(kafka), context);
    const conversions = await untilAvailable(
      () => Promise.all(declarations.map((declaration) => conversionOf(declaration, registry, context))),
      context,
    );
    const shared = join(config.state_dir, 'table-index');
    const indexRoot = await untilAvailable(() => takeIndexRoot({ shared, noteFolder: folder }), context);
    const opened = await Promise.all(
      declarations.map((declaration, table) =>
        untilAvailable(() => openRoute(declaration, conversions[table]!, indexRoot.folder, context), context),
      ),
    );
    const routes = opened.map(({ route }) => route);
    const tables = routes.map(({ table }) => table);
    const troubles = createTableTroubles();
    const countCommit = recordCommits(metrics);
    const countFailure = recordFailures(metrics);
    let consumer: PositionedConsumer | undefined;
    const sink = createTableSink({
      routes,
      clusterId,
      onCommit: (commit) => {
        countCommit(commit);
        troubles.committed(commit.table);
      },
      // A commit fails in the background; the consumer's next call of the sink would meet the error anyway.
      onError: (error, table) => {
        countFailure(error, table);
        troubles.failed(error, table);
        consumer?.recover(error);
      },
      logger,
    });
    const started = await startPositionedConsumer({
      kafka,
      groupId: `${name}-table-sink`,
      topics: declarations.map(({ topic }) => topic),
      positions: positionsOf(sink),
      onRecords: sink.write,
      onRevoked: sink.flush,
      memberFolder: join(folder, 'members'),
      paceMilliseconds: PACE_MILLISECONDS,
      metrics,
      logger,
    });
    consumer = started;
    const observeLag = createLagObserver();
    const lags = () => observeLag(started.progress(), sink.progress());
    showLag(metrics, lags);
    showTables(
      metrics,
      opened.map(({ route, storage }) => ({ table: route.table, storage })),
    );
    const isRush = createRush(() => ({
      delivered: started.progress().reduce((sum, { position }) => sum + position, 0),
      missing: lags().reduce((sum, { records }) => sum + records, 0),
    }));
    const maintenance = createTableMaintenance({
      tables,
      isBusy: isRush,
      onRun: recordMaintenance(metrics),
      logger,
    });
    const waitingTables = (): ReadonlySet<string> =>
      new Set(sink.progress().flatMap(({ table, waiting }) => (waiting === null ? [] : [table])));
    return {
      ready: () => troubles.problem(waitingTables()) ?? started.ready(),
      stop: async () => {
        await started.stop();
        await sink.close().catch((error: unknown) => {
          // Nothing is lost by that: what was not committed is read again at the next start.
          logger.warn({ reason: messageOf(error) }, 'the last batch could not be committed');
        });
        await maintenance.stop();
        for (const table of tables) await table.close();
        await indexRoot.release();
      },
    };
  });
