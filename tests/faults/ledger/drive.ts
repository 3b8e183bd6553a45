import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { OutgoingRecord, Producer } from '@marketing-streams/stream/kafka/api';
import type { Traffic } from './traffic.ts';

/** Traffic on its way, at a steady rate. */
export type Drive = {
  /** Records that Kafka has confirmed so far. */
  readonly sent: () => number;
  /** Records that should have been confirmed by now and are not: many during an outage of the broker. */
  readonly behind: () => number;
  /** Resolves when nothing is under way any more; rejects with what went wrong before. */
  readonly pause: () => Promise<void>;
  /** Goes on at the same rate; the time of the pause is not made up for. */
  readonly resume: () => void;
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
  let begun = 0;
  let sent = 0;
  /** What was due before the last pause, and since when the rest is. */
  let dueBefore = 0;
  let runsSince = performance.now();
  let state: 'running' | 'paused' | 'stopped' = 'running';
  let running: Promise<void>;

  const due = (): number =>
    state === 'running' ? dueBefore + Math.floor(((performance.now() - runsSince) / 1000) * rate) : dueBefore;

  const run = async (): Promise<void> => {
    while (state === 'running') {
      const missing = due() - begun;
      if (missing > 0) {
        const batch = Array.from({ length: missing }, traffic.next);
        begun += missing;
        await sendSurely(producer, batch);
        sent += missing;
      }
      await delay(BATCH_EVERY_MILLISECONDS);
    }
  };
  const start = (): void => {
    running = run();
    // An error is told by `pause` and `stop`; until then it must not count as unhandled.
    running.catch(() => undefined);
  };
  const halt = async (as: 'paused' | 'stopped'): Promise<void> => {
    state = as;
    await running;
    dueBefore = begun;
  };
  start();
  return {
    sent: () => sent,
    behind: () => Math.max(0, due() - sent),
    pause: () => halt('paused'),
    resume: () => {
      if (state !== 'paused') throw new Error('only traffic that was paused can be resumed');
      state = 'running';
      runsSince = performance.now();
      start();
    },
    stop: () => halt('stopped'),
  };
};
