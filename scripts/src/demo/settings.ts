import { join, resolve } from 'node:path';
import type { TopicSettings } from '@marketing-streams/contracts/topic-config';
import { parseRetention } from '@marketing-streams/contracts/topic-config';
import { commonShape, deltaShape, switchSetting } from '@marketing-streams/platform/common-config';
import { loadConfig } from '@marketing-streams/platform/config';
import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);

const shape = {
  kafka_port: port(19_092),
  registry_port: port(8081),
  redis_port: port(16_379),
  /** Of the web app; the health servers of the other services follow from the 101st port after it. */
  port: z.coerce.number().int().min(1).max(65_000).default(5000),
  local_dir: z.string().min(1).default('.local'),
  delta_dir: deltaShape.delta_dir,
  traffic: switchSetting.default(true),
  partitions: commonShape.partitions,
  input_retention: z.string(),
} as const;

/** Whether tables lie in a store (`s3://bucket/prefix`) and not in a folder. */
export const isStore = (location: string): boolean => location.includes('://');

/** What `make demo` runs with; folders are absolute. */
export type DemoSettings = {
  readonly ports: { readonly kafka: number; readonly registry: number; readonly redis: number };
  readonly webappPort: number;
  readonly localDirectory: string;
  /** A folder, or `s3://bucket/prefix`. */
  readonly deltaDirectory: string;
  /** Whether the producer runs. */
  readonly traffic: boolean;
  readonly topics: TopicSettings;
};

/** Reads the settings from the environment. Throws CONFIG_INVALID naming variable and value. */
export const demoSettings = (): DemoSettings => {
  const config = loadConfig('demo', shape);
  return {
    ports: { kafka: config.kafka_port, registry: config.registry_port, redis: config.redis_port },
    webappPort: config.port,
    localDirectory: resolve(config.local_dir),
    deltaDirectory: isStore(config.delta_dir) ? config.delta_dir : resolve(config.delta_dir),
    traffic: config.traffic,
    topics: {
      partitions: config.partitions,
      inputRetentionMilliseconds: parseRetention(config.input_retention),
    },
  };
};

/** Log file of a part or a service. */
export const logFileOf = (settings: DemoSettings, name: string): string =>
  join(settings.localDirectory, 'logs', `${name}.log`);

export const HELP = `Usage: make demo   (npm run demo)

Runs everything on this machine without Docker: Kafka, the schema registry, Redis and all services. Prints
"ready http://localhost:PORT" when the page works. Ctrl-C ends it all and keeps the data; a second Ctrl-C does
not wait. Needs Java 17 or newer, and Maven once for the download.

Settings (environment, or make demo NAME=value):
  TRAFFIC        on: a synthetic company buys and clicks; off: nothing but you   (on)
  PORT           the page; health of the services from PORT+101                  (5000)
  KAFKA_PORT     Kafka                                                           (19092)
  REGISTRY_PORT  schema registry                                                 (8081)
  REDIS_PORT     Redis                                                           (16379)
  LOCAL_DIR      data of Kafka, registry and Redis, state and logs               (.local)
  DELTA_DIR      Delta tables: a folder, or s3://bucket/prefix (with AWS_*)      (delta)
  PARTITIONS, INPUT_RETENTION, LOG_LEVEL and every setting of config/default.yaml reach the services too`;
