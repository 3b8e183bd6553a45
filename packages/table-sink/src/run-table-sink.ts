import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSchemaRegistry, type SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createTableSink } from '@marketing-streams/lakehouse/sink';
import type { SinkCommit, SinkRoute } from '@marketing-streams/lakehouse/sink-types';
import { openTable } from '@marketing-streams/lakehouse/table';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Metrics } from '@marketing-streams/platform/metrics';
import { runThread, type ThreadWork } from '@marketing-streams/platform/worker-thread';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import {
  type PositionedConsumer,
  startPositionedConsumer,
} from '@marketing-streams/stream/positioned-consumer';
import type { OnSkippedRecord, TableDeclaration } from './table-declaration.ts';

/** Tables are committed once a second when little comes: their topics need not be asked more often than this. */
const PACE_MILLISECONDS = 200;

/** The part of a service's settings that its table sink needs. */
export type TableSinkConfig = {
  readonly kafka_bootstrap_servers: string;
  readonly schema_registry_url: string;
  readonly delta_dir: string;
  readonly state_dir: string;
};

const recordSkips = (table: string, metrics: Metrics, logger: Logger): OnSkippedRecord => {
  const skipped = metrics.counter(
    'table_skipped_records_total',
    'Records left out of a Delta table because they cannot become a row.',
    ['table', 'code'],
  );
  return ({ topic, partition, offset }, { code, message }) => {
    skipped.inc({ table, code });
    logger.warn({ table, topic, partition, offset, code }, `left a record out of the table: ${message}`);
  };
};

const openRoute = async (
  declaration: TableDeclaration,
  config: TableSinkConfig,
  registry: SchemaRegistry,
  metrics: Metrics,
  logger: Logger,
): Promise<SinkRoute> => {
  const { layer, table, topic, schema, kind } = declaration;
  const { prepare, toChange } = await declaration.conversion(
    registry,
    recordSkips(`${layer}.${table}`, metrics, logger),
  );
  return {
    topics: [topic],
    table: await openTable({
      path: join(config.delta_dir, layer, table),
      name: `${layer}.${table}`,
      schema,
      kind,
      indexDir: join(config.state_dir, 'table-index', layer, table),
      logger,
    }),
    ...(prepare === undefined ? {} : { prepare }),
    toChange,
  };
};

const recordCommits = (metrics: Metrics): ((commit: SinkCommit) => void) => {
  const labels = ['table'];
  const rows = metrics.counter('table_rows_total', 'Rows written to a Delta table.', labels);
  const deletes = metrics.counter('table_deletes_total', 'Rows deleted from a Delta table by key.', labels);
  const version = metrics.gauge('table_version', 'Version of a Delta table after the last commit.', labels);
  const seconds = metrics.histogram('table_commit_seconds', 'Duration of a commit to a Delta table.', labels);
  return (commit) => {
    const table = { table: commit.table };
    rows.inc(table, commit.rows);
    deletes.inc(table, commit.deletes);
    version.set(table, commit.version);
    seconds.observe(table, commit.seconds);
  };
};

/**
 * The body of a service's table-sink thread: reads the topics of the declared tables, read committed and from
 * the offsets the tables themselves hold, and writes them, rows and offsets in one commit.
 */
export const runTableSink = (declarations: readonly TableDeclaration[]): Promise<void> =>
  runThread<TableSinkConfig>(async ({ name, config, logger, metrics }): Promise<ThreadWork> => {
    const folder = join(config.state_dir, `${name}-table-sink`);
    mkdirSync(folder, { recursive: true });
    const registry = createSchemaRegistry({ url: config.schema_registry_url });
    const kafka = createKafkaClient({
      bootstrapServers: config.kafka_bootstrap_servers,
      clientId: `${name}-table-sink`,
      logger,
    });
    const admin = kafka.admin();
    const clusterId = await admin.clusterId();
    await admin.close();
    const routes = await Promise.all(
      declarations.map((declaration) => openRoute(declaration, config, registry, metrics, logger)),
    );
    let consumer: PositionedConsumer | undefined;
    const sink = createTableSink({
      routes,
      clusterId,
      onCommit: recordCommits(metrics),
      // A commit fails in the background; the consumer's next call of the sink would meet the error anyway.
      onError: (error) => consumer?.recover(error),
      logger,
    });
    const started = await startPositionedConsumer({
      kafka,
      groupId: `${name}-table-sink`,
      topics: declarations.map(({ topic }) => topic),
      positions: sink.positions,
      onRecords: sink.write,
      memberFile: join(folder, 'member'),
      paceMilliseconds: PACE_MILLISECONDS,
      metrics,
      logger,
    });
    consumer = started;
    return {
      ready: started.ready,
      stop: async () => {
        await started.stop();
        await sink.close();
        for (const { table } of routes) await table.close();
      },
    };
  });
