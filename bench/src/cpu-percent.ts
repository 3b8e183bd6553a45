import { type Metric, rounded } from './metric.ts';
import type { ProcessUsage } from './process-usage.ts';
import type { OfEachProcess } from './rig-processes.ts';

/** What every process has used of one core between two looks, in percent; nothing of it is judged. */
export const cpuPercent = (
  prefix: string,
  before: OfEachProcess<ProcessUsage>,
  after: OfEachProcess<ProcessUsage>,
  seconds: number,
): readonly Metric[] => {
  const formerly: Readonly<Record<string, ProcessUsage>> = before;
  return Object.entries(after).map(([name, { cpuSeconds }]) => ({
    name: `${prefix}.${name}_percent_of_a_core`,
    value: rounded(((cpuSeconds - (formerly[name]?.cpuSeconds ?? 0)) / seconds) * 100),
    unit: '%',
    better: 'info',
  }));
};
