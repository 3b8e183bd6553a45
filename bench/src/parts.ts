import { measureBacklog } from './backlog.ts';
import { FULL_BACKLOG } from './backlog-records.ts';
import { measureDemoStart } from './demo-start.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import type { Metric } from './metric.ts';
import type { BenchOptions, PartName } from './options.ts';
import { measureRecovery } from './recovery.ts';
import type { Rigs } from './rigs.ts';

/** What a part is given. */
export type PartContext = {
  readonly options: BenchOptions;
  readonly rigs: Rigs;
  readonly say: (text: string) => void;
};

/** How each part is measured. */
export const MEASURE: Readonly<Record<PartName, (context: PartContext) => Promise<readonly Metric[]>>> = {
  start: async ({ say }) => {
    say('start of the demo …');
    return measureDemoStart();
  },
  backlog: ({ rigs, options: { scale }, say }) =>
    // Its memory and speed depend on what went through before.
    rigs.withOwn((rig) => {
      const { customers, orders, activations } = FULL_BACKLOG;
      const size = {
        customers: Math.ceil(customers * scale),
        orders: Math.ceil(orders * scale),
        activations: Math.ceil(activations * scale),
      };
      say(`backlog of ${size.customers + size.orders + size.activations} events …`);
      return measureBacklog(rig, size, 1);
    }),
  idle: async ({ rigs, options: { idleSeconds }, say }) => {
    const rig = await rigs.shared();
    say('idle …');
    return measureIdle(rig, idleSeconds);
  },
  latency: async ({ rigs, options: { rates, seconds }, say }) => {
    const rig = await rigs.shared();
    const metrics: Metric[] = [];
    for (const rate of rates) {
      say(`latency at ${rate}/s …`);
      metrics.push(...(await measureLatency(rig, rate, seconds)));
    }
    return metrics;
  },
  recovery: async ({ rigs, say }) => {
    const rig = await rigs.shared();
    say('recovery from kill -9 …');
    return measureRecovery(rig, say);
  },
};
