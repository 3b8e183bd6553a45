import { setTimeout as delay } from 'node:timers/promises';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { ReadinessCheck } from '@marketing-streams/platform/health';
import type { Logger } from '@marketing-streams/platform/logging';
import { createWebappCodecs, type WebappCodecs } from './webapp-codecs.ts';

/** Makes the codecs as soon as the registry is there. */
export type CodecsWhenReady = {
  /** Resolves with the codecs, however long the registry is away. */
  readonly create: () => Promise<WebappCodecs>;
  /** Null when the registry has given all that is needed, else what is waited for. */
  readonly problem: ReadinessCheck;
};

const RETRY_MILLISECONDS = 500;

/** Codecs by the contracts in the registry at this URL. */
export const codecsWhenReady = (url: string, logger: Logger): CodecsWhenReady => {
  const registry = createSchemaRegistry({ url });
  let problem: string | null = 'waiting for the schema registry';
  const create = async (): Promise<WebappCodecs> => {
    for (let told = false; ; told = true) {
      try {
        const codecs = await createWebappCodecs(registry);
        problem = null;
        return codecs;
      } catch (error) {
        if (!isPlatformError(error, 'REGISTRY_UNAVAILABLE')) throw error;
        if (!told) logger.warn({ reason: error.message }, 'waiting for the schema registry');
        await delay(RETRY_MILLISECONDS);
      }
    }
  };
  return { create, problem: () => problem };
};
