import type { Logger } from '@marketing-streams/platform/logging';
import { Redis } from 'ioredis';

export type RedisConnection = { readonly redis: Redis; readonly close: () => Promise<void> };

/** How long one command may take before Redis counts as away. */
const COMMAND_TIMEOUT_MILLISECONDS = 2_000;
/** Longest wait between two attempts to connect again: how soon the pages recover. */
const MAX_RECONNECT_MILLISECONDS = 500;

/**
 * A connection that fails fast and comes back by itself: while Redis is away every command is refused at once
 * instead of being queued, so that pages can say so.
 */
export const connectRedis = (url: string, logger: Logger): RedisConnection => {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    connectTimeout: COMMAND_TIMEOUT_MILLISECONDS,
    retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RECONNECT_MILLISECONDS),
  });
  let told = false;
  redis.on('error', (error: Error) => {
    if (!told) logger.warn({ reason: error.message }, 'Redis is away');
    told = true;
  });
  redis.on('ready', () => {
    if (told) logger.info('Redis is back');
    told = false;
  });
  return {
    redis,
    close: async () => {
      redis.disconnect();
    },
  };
};
