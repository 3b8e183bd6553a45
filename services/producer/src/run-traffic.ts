import { setTimeout as sleep } from 'node:timers/promises';
import { createPacer } from './pacer.ts';

/** Records of one send at most. */
const BATCH = 500;
/** No finer steps than this, so that a high rate costs few sends. */
const SHORTEST_STEP_MILLISECONDS = 20;

/** What happens, and how often. */
export type LiveEvents<Event> = {
  /** What happens next, as of `now` in epoch milliseconds. */
  readonly next: (now: number) => Event;
  /** Events a second on average. */
  readonly rate: number;
  /** How busy a moment is against the average; default 1 at all times. */
  readonly busyness?: (now: number) => number;
};

/** The world around the traffic. */
export type TrafficWorld<Event> = {
  /** Resolves when the events are with the broker, in their order; the next call comes only then. */
  readonly publish: (events: readonly Event[]) => Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/**
 * Lets events happen at their rate until the signal. One batch at a time: what happens to a customer reaches the
 * topics in the order in which it happened. While nothing can be published nothing happens, and only the last second
 * of it is made up for.
 */
export const runTraffic = async <Event>(
  { next, rate, busyness = () => 1 }: LiveEvents<Event>,
  world: TrafficWorld<Event>,
): Promise<void> => {
  const pacer = createPacer(rate);
  const step = Math.max(SHORTEST_STEP_MILLISECONDS, 1000 / rate);
  for (let last = world.now(); ; ) {
    await sleep(step, undefined, { signal: world.signal });
    const now = world.now();
    const due = pacer.due(now - last, busyness(now));
    last = now;
    for (let left = due; left > 0; left -= BATCH) {
      const events = Array.from({ length: Math.min(left, BATCH) }, () => next(world.now()));
      await world.publish(events);
    }
  }
};
