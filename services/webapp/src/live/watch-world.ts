import type { ReadinessCheck } from '@marketing-streams/platform/health';
import type { WorldStatus } from './subscriptions.ts';

export type WorldWatch = { readonly status: () => WorldStatus; readonly stop: () => Promise<void> };

const WATCH_MILLISECONDS = 250;
/** A shorter absence, as of a rebalance or a start, is nothing to tell people of. */
const TOLERATED_MILLISECONDS = 1_500;

/** Watches the parts the pages depend on, and tells when one went away or came back. */
export const watchWorld = (
  checks: Readonly<Record<keyof WorldStatus, ReadinessCheck>>,
  onChange: () => void,
): WorldWatch => {
  const awaySince: Record<keyof WorldStatus, number | null> = { kafka: null, redis: null };
  let told: WorldStatus = { kafka: null, redis: null };

  const look = (part: keyof WorldStatus): string | null => {
    const problem = checks[part]();
    if (problem === null) {
      awaySince[part] = null;
      return null;
    }
    awaySince[part] ??= performance.now();
    return performance.now() - awaySince[part] > TOLERATED_MILLISECONDS ? problem : null;
  };

  const timer = setInterval(() => {
    const now: WorldStatus = { kafka: look('kafka'), redis: look('redis') };
    const isSame =
      (now.kafka === null) === (told.kafka === null) && (now.redis === null) === (told.redis === null);
    told = now;
    if (!isSame) onChange();
  }, WATCH_MILLISECONDS);

  return {
    status: () => told,
    stop: async () => {
      clearInterval(timer);
    },
  };
};
