import { Redis } from 'ioredis';

const META_KEY = 'marketing-streams:view';
const POSITION_PREFIX = 'position:';

/** The web app's view as it lies in Redis. */
export type ViewStore = {
  /** The next offset to read by `topic/partition`, of every partition that the view has read. */
  readonly positions: () => Promise<ReadonlyMap<string, number>>;
  /** The published record of every customer, byte for byte. */
  readonly gold: () => Promise<ReadonlyMap<string, Buffer>>;
  readonly close: () => void;
};

/** Looks at the view behind the web app's back. A call rejects while Redis is away. */
export const openViewStore = (redisUrl: string): ViewStore => {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 1,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  // Calls tell that Redis is away.
  redis.on('error', () => undefined);
  return {
    positions: async () => {
      const meta = await redis.hgetall(META_KEY);
      const positions = new Map<string, number>();
      for (const [field, value] of Object.entries(meta)) {
        if (!field.startsWith(POSITION_PREFIX)) continue;
        const at = field.lastIndexOf(':');
        const topic = field.slice(POSITION_PREFIX.length, at);
        positions.set(`${topic}/${field.slice(at + 1)}`, Number(value));
      }
      return positions;
    },
    gold: async () => new Map(Object.entries(await redis.hgetallBuffer('marketing-streams:gold'))),
    close: () => redis.disconnect(),
  };
};
