import { setTimeout as delay } from 'node:timers/promises';

/** How the driver itself kept up with what it was to send. */
export type SendingReport = {
  /** How much later than planned events were handed to the producer, at the worst. */
  readonly latestMilliseconds: number;
};

/** One moment of a steady stream: when it is due, from the beginning, and how many events are. */
type Moment = { readonly dueMilliseconds: number; readonly events: number };

/** Events of so many milliseconds go into one send when there is more than one. */
const BATCH_MILLISECONDS = 5;

/** The moments of a steady stream: one for each event, or for those that are due within 5 ms together. */
export const momentsOf = (rate: number, seconds: number): readonly Moment[] => {
  const events = Math.round(rate * seconds);
  const together = Math.max(1, Math.round((rate * BATCH_MILLISECONDS) / 1000));
  return Array.from({ length: Math.ceil(events / together) }, (_, index) => ({
    dueMilliseconds: (index * together * 1000) / rate,
    events: Math.min(together, events - index * together),
  }));
};

/**
 * Sends at a steady rate whether or not answers come: an open loop, in which a stall is felt by all that follow.
 * Beyond 200 events a second those of 5 ms are sent together, as programs with so much to send do. Resolves when all
 * are sent.
 */
export const sendSteadily = async (
  rate: number,
  seconds: number,
  send: (events: number) => Promise<unknown>,
): Promise<SendingReport> => {
  const begin = performance.now();
  const sends: Promise<unknown>[] = [];
  let latestMilliseconds = 0;
  for (const { dueMilliseconds, events } of momentsOf(rate, seconds)) {
    const wait = begin + dueMilliseconds - performance.now();
    if (wait > 0) await delay(wait);
    else latestMilliseconds = Math.max(latestMilliseconds, -wait);
    sends.push(send(events));
  }
  await Promise.all(sends);
  return { latestMilliseconds };
};
