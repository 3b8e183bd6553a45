import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { ReadinessCheck } from '@marketing-streams/platform/health';
import type { Logger } from '@marketing-streams/platform/logging';
import type { ServiceContext } from '@marketing-streams/platform/service';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { readableId } from './actions/readable-id.ts';
import { ACTION_TOPICS, type ActionTopics, createActions } from './actions/take-action.ts';
import type { WebappConfig } from './config.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/listen.ts';
import { createEventHub } from './live/event-hub.ts';
import { startKafkaProbe } from './live/kafka-probe.ts';
import { watchWorld } from './live/watch-world.ts';
import * as format from './present/format.ts';
import { createRenderer } from './present/renderer.ts';
import { createCustomerStore } from './view/customer-store.ts';
import { createLiveView } from './view/live-view.ts';
import { connectRedis } from './view/redis-connection.ts';
import { startViewFollower } from './view/view-follower.ts';
import { VIEW_TOPICS, type ViewTopics } from './view/view-topics.ts';
import { createWebappCodecs, type WebappCodecs } from './webapp-codecs.ts';

/** The topics of one web app; the catalogue's unless told. */
export type WebappTopics = { readonly view: ViewTopics; readonly actions: ActionTopics };

export type Webapp = {
  readonly port: number;
  /** Resolves when all that the topics held at the time of the call is shown. */
  readonly caughtUp: () => Promise<void>;
};

type WebappContext = Pick<
  ServiceContext<WebappConfig>,
  'name' | 'config' | 'logger' | 'metrics' | 'onShutdown' | 'crash' | 'addCheck'
>;

const CATALOGUE: WebappTopics = { view: VIEW_TOPICS, actions: ACTION_TOPICS };
const REGISTRY_RETRY_MILLISECONDS = 500;

/** Makes the codecs, waiting for the registry as long as it is away. */
const codecsWhenReady = async (url: string, logger: Logger): Promise<WebappCodecs> => {
  const registry = createSchemaRegistry({ url });
  for (let told = false; ; told = true) {
    try {
      return await createWebappCodecs(registry);
    } catch (error) {
      if (!isPlatformError(error, 'REGISTRY_UNAVAILABLE')) throw error;
      if (!told) logger.warn({ reason: error.message }, 'waiting for the schema registry');
      await delay(REGISTRY_RETRY_MILLISECONDS);
    }
  }
};

const sessionSecret = (config: WebappConfig, logger: Logger): string => {
  if (config.session_secret !== undefined) return config.session_secret;
  logger.warn('SESSION_SECRET is not set: banners and open forms will not outlive a restart');
  return randomBytes(32).toString('hex');
};

/** Starts the web app and resolves when it answers requests; the view fills while it does. */
export const startWebapp = async (
  context: WebappContext,
  topics: WebappTopics = CATALOGUE,
): Promise<Webapp> => {
  const { config, logger, metrics, onShutdown } = context;
  const codecs = await codecsWhenReady(config.schema_registry_url, logger);
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

  const probe = startKafkaProbe(admin);
  onShutdown('kafka probe', probe.stop);
  const kafkaProblem: ReadinessCheck = () => probe.problem() ?? follower.kafkaProblem();

  const events = createEventHub(view, logger);
  onShutdown('events', events.close);
  const world = watchWorld({ kafka: kafkaProblem, redis: follower.redisProblem }, events.statusChanged);
  onShutdown('world', world.stop);

  const checks: Record<string, ReadinessCheck> = {
    kafka: kafkaProblem,
    redis: follower.redisProblem,
    view: view.problem,
  };
  for (const [name, check] of Object.entries(checks)) context.addCheck(name, check);
  const app = createApp({
    config,
    sessionSecret: sessionSecret(config, logger),
    view,
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
    renderer: createRenderer({ format }),
    checks,
    metrics,
    logger,
  });
  const server = await listen(app, config.host, config.port);
  onShutdown('http server', server.close);
  logger.info({ host: config.host, port: server.port }, 'web app listens');
  return { port: server.port, caughtUp: follower.caughtUp };
};
