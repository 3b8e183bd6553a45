import { randomBytes } from 'node:crypto';
import type { ReadinessCheck } from '@marketing-streams/platform/health';
import type { Logger } from '@marketing-streams/platform/logging';
import { loadSegments } from '@marketing-streams/platform/segments-file';
import type { ServiceContext } from '@marketing-streams/platform/service';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { readableId } from './actions/readable-id.ts';
import { ACTION_TOPICS, type ActionTopics, createActions } from './actions/take-action.ts';
import { createCampaignSite } from './campaigns/campaign-site.ts';
import { codecsWhenReady } from './codecs-when-ready.ts';
import type { WebappConfig } from './config.ts';
import { createApp } from './http/app.ts';
import { beginningAt, listen } from './http/listen.ts';
import { createStartingApp } from './http/starting-app.ts';
import { createEventHub } from './live/event-hub.ts';
import { startKafkaProbe } from './live/kafka-probe.ts';
import { watchWorld } from './live/watch-world.ts';
import { createPipelineSite, PIPELINE_TOPICS, type PipelineTopics } from './pipeline/pipeline-site.ts';
import * as format from './present/format.ts';
import { createRenderer } from './present/renderer.ts';
import { createSegmentSite } from './segments/segment-site.ts';
import { startTableFollower, type TableFollower } from './tables/table-follower.ts';
import { createTableStore } from './tables/table-store.ts';
import { createWebappTables, TABLE_TOPICS, type TableTopics } from './tables/webapp-tables.ts';
import { createCustomerStore } from './view/customer-store.ts';
import { createLiveView, type LiveView } from './view/live-view.ts';
import { connectRedis } from './view/redis-connection.ts';
import { startViewFollower, type ViewFollower } from './view/view-follower.ts';
import { VIEW_TOPICS, type ViewTopics } from './view/view-topics.ts';

/** The topics of one web app; the catalogue's unless told. */
export type WebappTopics = {
  readonly view: ViewTopics;
  readonly actions: ActionTopics;
  readonly tables: TableTopics;
  readonly pipeline: PipelineTopics;
};

export type Webapp = {
  readonly port: number;
  /** The second port, which begins with the campaigns; null when there is none. */
  readonly campaignsPort: number | null;
  /** Resolves when all that the topics held at the time of the call is shown. */
  readonly caughtUp: () => Promise<void>;
};

type WebappContext = Pick<
  ServiceContext<WebappConfig>,
  'name' | 'config' | 'logger' | 'metrics' | 'onShutdown' | 'crash' | 'addCheck'
>;

/** The page that the second port begins with. */
const CAMPAIGNS = '/campaigns';

/** What there is once the contracts are known. */
type Running = {
  readonly view: LiveView;
  readonly follower: ViewFollower;
  readonly tableFollower: TableFollower;
};

const CATALOGUE: WebappTopics = {
  view: VIEW_TOPICS,
  actions: ACTION_TOPICS,
  tables: TABLE_TOPICS,
  pipeline: PIPELINE_TOPICS,
};

const sessionSecret = (config: WebappConfig, logger: Logger): string => {
  if (config.session_secret !== undefined) return config.session_secret;
  logger.warn('SESSION_SECRET is not set: banners and open forms will not outlive a restart');
  return randomBytes(32).toString('hex');
};

/**
 * Starts the web app and resolves when it takes requests; the view fills while it does. It listens at once: until
 * the registry has given the contracts there are health, metrics and a page that says so.
 */
export const startWebapp = async (
  context: WebappContext,
  topics: WebappTopics = CATALOGUE,
): Promise<Webapp> => {
  const { config, logger, metrics, onShutdown } = context;
  const definitions = loadSegments(config.segments_file);
  const contracts = codecsWhenReady(config.schema_registry_url, logger);
  const connection = connectRedis(config.redis_url, logger);
  onShutdown('redis', connection.close);
  const kafka = createKafkaClient({
    bootstrapServers: config.kafka_bootstrap_servers,
    clientId: context.name,
    logger,
  });
  const admin = kafka.admin();
  onShutdown('kafka admin', admin.close);
  const producer = kafka.producer({ sendTimeoutMilliseconds: config.produce_timeout_ms });
  onShutdown('producer', producer.close);

  const probe = startKafkaProbe(admin);
  onShutdown('kafka probe', probe.stop);
  let running: Running | undefined;
  const whenRunning =
    (check: (parts: Running) => string | null): ReadinessCheck =>
    () =>
      running === undefined ? 'starting' : check(running);
  const kafkaProblem: ReadinessCheck = () =>
    probe.problem() ?? whenRunning(({ follower }) => follower.kafkaProblem())();
  const checks: Record<string, ReadinessCheck> = {
    registry: contracts.problem,
    kafka: kafkaProblem,
    redis: whenRunning(({ follower }) => follower.redisProblem()),
    view: whenRunning(({ view }) => view.problem()),
    tables: whenRunning(({ tableFollower }) => tableFollower.problem()),
  };
  for (const [name, check] of Object.entries(checks)) context.addCheck(name, check);
  const renderer = createRenderer({ format });
  const starting = createStartingApp({ checks, metrics, renderer });
  const server = await listen(starting, config.host, config.port);
  const { campaigns_port } = config;
  const campaignServer =
    campaigns_port === undefined
      ? null
      : await listen(beginningAt(CAMPAIGNS, starting), config.host, campaigns_port, 'CAMPAIGNS_PORT');
  const campaignsPort = campaignServer?.port ?? null;
  logger.info({ host: config.host, port: server.port, campaigns_port: campaignsPort }, 'web app listens');
  const codecs = await contracts.create();

  const store = createCustomerStore(connection.redis, config.redis_prefix, config.history_limit);
  const latency = metrics.histogram(
    'webapp_action_to_gold_seconds',
    'From the confirmation of an action to its gold record in the view.',
  );
  const view = createLiveView({
    store,
    decodeGold: codecs.view.gold.decode,
    clock: Date.now,
    onRetired: (seconds) => latency.observe(seconds),
  });
  const follower = await startViewFollower({
    kafka,
    admin,
    store,
    view,
    topics: topics.view,
    codecs: codecs.view,
    metrics,
    logger,
    resetFirst: config.reset_cache_on_start,
    onError: context.crash,
  });
  onShutdown('view', follower.stop);

  const { tables, intakes } = createWebappTables({
    topics: topics.tables,
    codecs: codecs.tables,
    metrics,
    logger,
  });
  const campaigns = createCampaignSite(tables, logger);
  onShutdown('campaigns', campaigns.close);
  const tableFollower = await startTableFollower({
    kafka,
    admin,
    store: createTableStore(connection.redis, config.redis_prefix),
    intakes,
    metrics,
    logger,
    resetFirst: config.reset_cache_on_start,
    onError: context.crash,
  });
  onShutdown('tables', tableFollower.stop);

  const segments = createSegmentSite({ definitions, view, tables, logger });
  onShutdown('segments', segments.close);

  const pipeline = createPipelineSite({
    topics: topics.pipeline,
    kafka,
    deadLetterCodec: codecs.deadLetters,
    tables,
    viewHop: follower,
    logger,
  });
  onShutdown('pipeline', pipeline.close);

  running = { view, follower, tableFollower };

  const events = createEventHub(view, logger);
  onShutdown('events', events.close);
  const world = watchWorld({ kafka: kafkaProblem, redis: follower.redisProblem }, () => {
    events.statusChanged();
    segments.pages.changed();
    campaigns.pages.changed();
    pipeline.pages.changed();
  });
  onShutdown('world', world.stop);

  const app = createApp({
    config,
    sessionSecret: sessionSecret(config, logger),
    view,
    tables,
    campaigns,
    segments,
    pipeline,
    actions: createActions({
      producer,
      kafkaProblem: probe.problem,
      topics: topics.actions,
      codecs: codecs.actions,
      view,
      world: () => ({ now: Date.now(), random: Math.random, newId: () => readableId(Date.now()) }),
      overlayTimeout: config.overlay_timeout_ms,
      logger,
    }),
    events,
    status: world.status,
    renderer,
    checks,
    metrics,
    logger,
  });
  server.serve(app);
  campaignServer?.serve(beginningAt(CAMPAIGNS, app));
  // Last, so that it closes first: what is under way still has all it needs.
  onShutdown('http server', server.close);
  if (campaignServer !== null) onShutdown('campaigns port', campaignServer.close);
  return {
    port: server.port,
    campaignsPort,
    caughtUp: async () => {
      await Promise.all([follower.caughtUp(), tableFollower.caughtUp()]);
    },
  };
};
