import { setTimeout as delay } from 'node:timers/promises';
import { type Metric, rounded } from './metric.ts';
import { type Journey, startOrderMeter } from './order-meter.ts';
import type { Rig } from './rig.ts';

/** The processors on an order's way to gold. */
const KILLED = ['silver', 'gold', 'gold-publisher'] as const;

/** Design, section 9: kill -9 to lag zero, at this rate. */
const GOAL_SECONDS = 6;
const RATE = 200;

const KILL_AFTER_SECONDS = 5;
const RUN_SECONDS = 20;

/** An order that took longer than this was held up by the kill. */
const HELD_UP_MILLISECONDS = 500;

/** When the last order that the kill held up was seen, in seconds after the kill. */
const caughtUpAfter = (journeys: readonly Journey[], killedAt: number): number => {
  const heldUp = journeys.filter(
    ({ sentAt, seenAt }) => seenAt > killedAt && seenAt - sentAt > HELD_UP_MILLISECONDS,
  );
  return Math.max(0, ...heldUp.map(({ seenAt }) => seenAt - killedAt)) / 1000;
};

/** Kills each processor once under load; time until orders arrive again as if nothing had been. */
export const measureRecovery = async (rig: Rig): Promise<readonly Metric[]> => {
  const metrics: Metric[] = [];
  for (const name of KILLED) {
    const meter = await startOrderMeter(rig.access, `recovery-${name}`);
    try {
      const traffic = meter.sendSteadily(RATE, RUN_SECONDS);
      await delay(KILL_AFTER_SECONDS * 1000);
      const killedAt = performance.now();
      await rig.pipeline.services[name].kill();
      await traffic;
      await meter.allSeen(60_000);
      metrics.push({
        name: `recovery.${name}_s`,
        value: rounded(caughtUpAfter(meter.journeys, killedAt)),
        unit: 's',
        better: 'lower',
        goal: GOAL_SECONDS,
      });
    } finally {
      await meter.close();
    }
  }
  return metrics;
};
