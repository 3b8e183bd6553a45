import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@marketing-streams/platform/errors';
import type { Admin } from '@marketing-streams/stream/kafka/api';

/** Asks Kafka again and again whether it is there. */
export type KafkaProbe = {
  /** Null when Kafka answered last time, else what is wrong. */
  readonly problem: () => string | null;
  readonly stop: () => Promise<void>;
};

const PROBE_MILLISECONDS = 2_000;
/** A broker that takes longer is as good as away. */
const ANSWER_MILLISECONDS = 2_000;

/**
 * A consumer notices a broker that hangs, or a network that swallows packets, only when its session has ended;
 * people who press a button should know before.
 */
export const startKafkaProbe = (admin: Pick<Admin, 'topics'>): KafkaProbe => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let problem: string | null = null;
  let pending: Promise<unknown> | undefined;

  const ask = async (): Promise<void> => {
    // A question that still hangs is not asked again: it answers first when Kafka is back.
    pending ??= admin.topics().finally(() => {
      pending = undefined;
    });
    const answer = await Promise.race([pending, delay(ANSWER_MILLISECONDS, 'late' as const, { signal })]);
    problem = answer === 'late' ? `Kafka has not answered within ${ANSWER_MILLISECONDS} ms` : null;
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await ask().catch((error: unknown) => {
        problem = messageOf(error);
      });
      await delay(PROBE_MILLISECONDS, undefined, { signal }).catch(() => {});
    }
  };
  const running = run();

  return {
    problem: () => problem,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
