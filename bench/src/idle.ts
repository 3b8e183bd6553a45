import { setTimeout as delay } from 'node:timers/promises';
import { cpuPercent } from './cpu-percent.ts';
import { type Metric, rounded } from './metric.ts';
import type { Rig } from './rig.ts';

/** All services together; see the goals in bench/README.md. */
const GOAL_PERCENT_OF_A_CORE = 20;

/** CPU that everything takes while nothing happens, in percent of one core. */
export const measureIdle = async (rig: Rig, seconds: number): Promise<readonly Metric[]> => {
  await rig.access.caughtUp(60_000);
  const before = rig.usage();
  const begin = performance.now();
  await delay(seconds * 1000);
  const after = rig.usage();
  const percent = cpuPercent('idle', before, after, (performance.now() - begin) / 1000);
  const services = percent.filter(({ name }) => !name.startsWith('idle.kafka'));
  return [
    {
      name: 'idle.services_percent_of_a_core',
      value: rounded(services.reduce((sum, { value }) => sum + value, 0)),
      unit: '%',
      better: 'lower',
      goal: GOAL_PERCENT_OF_A_CORE,
    },
    ...percent,
  ];
};
