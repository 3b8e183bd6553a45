import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { OutgoingRecord, Producer } from '@marketing-streams/stream/kafka/api';
import type { Traffic } from './traffic.ts';

/** Traffic on its way, at a steady rate. */
export type Drive = {
  /** Records that Kafka has confirmed so far. */
  readonly sent: () => number;
  /** Ends the traffic; resolves when all that was begun is confirmed, and rejects with what went wrong. */
  readonly stop: () => Promise<void>;
};

const BATCH_EVERY_MILLISECONDS = 50;
const RETRY_AFTER_MILLISECONDS = 200;

/** Sends until it is confirmed. A batch that was sent twice is a batch of duplicates, which change nothing. */
const sendSurely = async (producer: Producer, records: readonly OutgoingRecord[]): Promise<void> => {
  for (;;) {
    try {
      await producer.send(records);
      return;
    } catch (error) {
      if (!isPlatformError(error, 'KAFKA_UNAVAILABLE')) throw error;
      await delay(RETRY_AFTER_MILLISECONDS);
    }
  }
};

/** Begins to send `rate` records per second; after an outage it catches up. */
export const startDriving = (producer: Producer, traffic: Traffic, rate: number): Drive => {
  const begunAt = performance.now();
  let begun = 0;
  let sent = 0;
  let stopping = false;
  const run = async (): Promise<void> => {
    while (!stopping) {
      const due = Math.floor(((performance.now() - begunAt) / 1000) * rate) - begun;
      if (due > 0) {
        const batch = Array.from({ length: due }, traffic.next);
        begun += due;
        await sendSurely(producer, batch);
        sent += due;
      }
      await delay(BATCH_EVERY_MILLISECONDS);
    }
  };
  const running = run();
  // An error is told by `stop`; until then it must not count as unhandled.
  running.catch(() => undefined);
  return {
    sent: () => sent,
    stop: async () => {
      stopping = true;
      await running;
    },
  };
};
