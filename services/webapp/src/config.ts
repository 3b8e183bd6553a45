import { commonShape, segmentsShape, switchSetting } from '@marketing-streams/platform/common-config';
import { z } from 'zod';

const milliseconds = z.coerce.number().int().min(1);

/** Settings of the web app. It serves health and metrics on its own port and so has no health server. */
export const shape = {
  kafka_bootstrap_servers: commonShape.kafka_bootstrap_servers,
  schema_registry_url: commonShape.schema_registry_url,
  redis_url: z.url({ protocol: /^rediss?$/, error: 'expected redis://host:port' }),
  /** Prefix of every Redis key, so that several projects can share one Redis. */
  redis_prefix: z.string().min(1),
  host: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  /** A second port with the same pages, where `/` leads to the campaigns; none unless given. */
  campaigns_port: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Signs the session cookie; without it one is made up, and banners and forms do not outlive a restart. */
  session_secret: z.string().min(16, 'must be at least 16 characters').optional(),
  /** Removes the view from Redis at start and reads the topics from their beginning. */
  reset_cache_on_start: switchSetting,
  /** How long an action is shown as done while its gold record is under way. */
  overlay_timeout_ms: milliseconds,
  /** How long a request waits for Kafka to confirm a record. */
  produce_timeout_ms: milliseconds,
  /** Writes that one address may make per minute. */
  writes_per_minute: z.coerce.number().int().min(1),
  ...segmentsShape,
  /** Entries of orders, deliveries and profile changes kept per customer. */
  history_limit: z.coerce.number().int().min(1),
  /** Reverse proxies in front whose X-Forwarded-* headers are trusted. */
  trusted_proxies: z.coerce.number().int().min(0),
} as const;

export type WebappConfig = z.infer<z.ZodObject<typeof shape>>;
