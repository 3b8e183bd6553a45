import { type Metric, rounded } from './metric.ts';
import type { ProcessUsage } from './process-usage.ts';
import { PROCESSES, type ProcessName } from './rig-processes.ts';

/** What every process has used of one core between two looks, in percent; nothing of it is judged. */
export const cpuPercent = (
  prefix: string,
  before: Readonly<Record<ProcessName, ProcessUsage>>,
  after: Readonly<Record<ProcessName, ProcessUsage>>,
  seconds: number,
): readonly Metric[] =>
  PROCESSES.map((name) => ({
    name: `${prefix}.${name}_percent_of_a_core`,
    value: rounded(((after[name].cpuSeconds - before[name].cpuSeconds) / seconds) * 100),
    unit: '%',
    better: 'info',
  }));
