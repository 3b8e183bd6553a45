import { setTimeout as delay } from 'node:timers/promises';
import { serviceRecoveredAt } from './lag-watch.ts';
import { type Metric, rounded } from './metric.ts';
import { type Journey, startOrderMeter } from './order-meter.ts';
import type { Rig } from './rig.ts';

/** Every service there is, in the order of the data's way. */
const KILLED = ['bronze', 'silver', 'gold', 'scorer', 'gold-publisher', 'live', 'monitor', 'webapp'] as const;

/** From `kill -9` to lag zero, at this rate; see the goals in bench/README.md. */
const GOAL_SECONDS = 6;
const RATE = 200;

const KILL_AFTER_SECONDS = 4;
const RUN_SECONDS = 16;

/** Positions are looked at ten times a second, and sessions end by timers. */
const RESOLUTION_SECONDS = 0.5;

/** An order that took longer than this was held up by the kill. */
const HELD_UP_MILLISECONDS = 500;

/** When the last order that the kill held up was seen; the kill itself when it held up none. Monotonic. */
export const lastHeldUp = (journeys: readonly Journey[], killedAt: number): number =>
  Math.max(
    killedAt,
    ...journeys
      .filter(({ sentAt, seenAt }) => seenAt > killedAt && seenAt - sentAt > HELD_UP_MILLISECONDS)
      .map(({ seenAt }) => seenAt),
  );

/**
 * Kills each service once under load, and gives the seconds from the kill until it was no further behind than
 * usual in everything it reads, and orders arrived again as if nothing had been.
 */
export const measureRecovery = async (rig: Rig, say: (text: string) => void): Promise<readonly Metric[]> => {
  const metrics: Metric[] = [];
  for (const name of KILLED) {
    say(`  kill -9 of ${name} …`);
    const meter = await startOrderMeter(rig.access, `recovery-${name}-${Date.now()}`);
    try {
      const traffic = meter.sendSteadily(RATE, RUN_SECONDS);
      await delay(KILL_AFTER_SECONDS * 1000);
      const killedAt = performance.now();
      const recovered = serviceRecoveredAt(rig, name, killedAt);
      await Promise.all([rig.pipeline.services[name].kill(), recovered, traffic]);
      await meter.allSeen(60_000);
      const at = Math.max(await recovered, lastHeldUp(meter.journeys, killedAt));
      metrics.push({
        name: `recovery.${name}_s`,
        value: rounded((at - killedAt) / 1000),
        unit: 's',
        better: 'lower',
        goal: GOAL_SECONDS,
        resolution: RESOLUTION_SECONDS,
      });
    } finally {
      await meter.close();
    }
  }
  return metrics;
};
