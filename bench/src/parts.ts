import { measureBacklog } from './backlog.ts';
import { type BacklogSize, FULL_BACKLOG } from './backlog-records.ts';
import { measureCampaigns } from './campaigns.ts';
import { measureCurve } from './curve.ts';
import { measureDemoStart } from './demo-start.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import type { Metric } from './metric.ts';
import type { BenchOptions, PartName } from './options.ts';
import { measureRecovery } from './recovery.ts';
import { measureRestore } from './restore.ts';
import { FURTHER } from './rig-processes.ts';
import type { Rigs } from './rigs.ts';

/** What a part is given. */
export type PartContext = {
  readonly options: BenchOptions;
  readonly rigs: Rigs;
  readonly say: (text: string) => void;
};

const backlogSize = (scale: number): BacklogSize => ({
  customers: Math.ceil(FULL_BACKLOG.customers * scale),
  orders: Math.ceil(FULL_BACKLOG.orders * scale),
  activations: Math.ceil(FULL_BACKLOG.activations * scale),
});

/** How each part is measured. */
export const MEASURE: Readonly<Record<PartName, (context: PartContext) => Promise<readonly Metric[]>>> = {
  start: async ({ say }) => {
    say('start of the demo …');
    return measureDemoStart();
  },
  backlog: ({ rigs, options: { scale }, say }) =>
    // Its memory and speed depend on what went through before.
    rigs.withOwn((rig) => {
      const size = backlogSize(scale);
      say(`backlog of ${size.customers + size.orders + size.activations} events …`);
      return measureBacklog(rig, size, 1);
    }),
  idle: ({ rigs, options: { idleSeconds }, say }) =>
    rigs.withOwn((rig) => {
      say('idle …');
      return measureIdle(rig, idleSeconds);
    }, FURTHER),
  latency: async ({ rigs, options: { rates, seconds }, say }) => {
    const rig = await rigs.shared();
    const metrics: Metric[] = [];
    for (const rate of rates) {
      say(`latency at ${rate}/s …`);
      metrics.push(...(await measureLatency(rig, rate, seconds)));
    }
    return metrics;
  },
  recovery: ({ rigs, say }) =>
    rigs.withOwn((rig) => {
      say('recovery from kill -9 …');
      return measureRecovery(rig, say);
    }, FURTHER),
  restore: ({ rigs, options: { orders }, say }) =>
    rigs.withOwn((rig) => {
      say(`restore of a state of ${orders} orders …`);
      return measureRestore(rig, orders, say);
    }),
  campaigns: ({ rigs, options: { seconds }, say }) =>
    rigs.withOwn((rig) => {
      say('campaigns …');
      return measureCampaigns(rig, seconds, say);
    }, FURTHER),
  curve: ({ rigs, options: { populations }, say }) =>
    rigs.withOwn((rig) => {
      say('cost by the number of customers …');
      return measureCurve(rig, populations, say);
    }),
  memory: ({ rigs, options: { scale, minutes }, say }) =>
    rigs.withOwn((rig) => {
      say('memory over time, after a backlog …');
      return measureMemory(rig, backlogSize(scale), minutes, say);
    }),
};
