import { setTimeout as sleep } from 'node:timers/promises';
import type { CustomerEvent } from '@marketing-streams/domain/simulation/customer-event';
import { createPacer } from './pacer.ts';
import type { Traffic } from './traffic.ts';

/** Records of one send at most. */
const BATCH = 500;
/** No finer steps than this, so that a high rate costs few sends. */
const SHORTEST_STEP_MILLISECONDS = 20;

/** The world around the traffic. */
export type TrafficWorld = {
  /** Resolves when the events are with the broker, in their order; the next call comes only then. */
  readonly publish: (events: readonly CustomerEvent[]) => Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/**
 * Tells the company's past at full speed, then goes on live at `rate` events a second until the signal. One
 * batch at a time: what happens to a customer reaches the topics in the order in which it happened. While
 * nothing can be published nothing happens, and only the last second of it is made up for.
 */
export const runTraffic = async (traffic: Traffic, rate: number, world: TrafficWorld): Promise<void> => {
  const { history, live } = traffic;
  for (let start = 0; start < history.length; start += BATCH) {
    world.signal.throwIfAborted();
    await world.publish(history.slice(start, start + BATCH));
  }
  const pacer = createPacer(rate);
  const step = Math.max(SHORTEST_STEP_MILLISECONDS, 1000 / rate);
  for (let last = world.now(); ; ) {
    await sleep(step, undefined, { signal: world.signal });
    const now = world.now();
    const due = pacer.due(now - last);
    last = now;
    for (let left = due; left > 0; left -= BATCH) {
      const events = Array.from({ length: Math.min(left, BATCH) }, () => live.next(world.now()));
      await world.publish(events);
    }
  }
};
