import type { BacklogRun } from './backlog-run.ts';
import { type Metric, rounded } from './metric.ts';
import { PROCESSES, type ProcessName, WORKERS } from './rig-processes.ts';
import { cpuSecondsOf } from './thread-meter.ts';

/** See the goals in bench/README.md. Memory: of what is not mapped from files, which the machine could take back. */
const GOALS = { eventsPerCpuSecond: 16_000, megabytes: 1024 };

/** What garbage collection happens to have left lies about. */
const MEMORY_RESOLUTION_MEGABYTES = 50;

const MEGABYTE = 1024 * 1024;

const sumOfWorkers = (of: (name: ProcessName) => number): number =>
  WORKERS.reduce((total, name) => total + of(name), 0);

const megabytes = (name: string, bytes: number): Metric => ({
  name: `backlog.${name}_mb`,
  value: Math.round(bytes / MEGABYTE),
  unit: 'MB',
  better: 'info',
});

/** What a backlog of so many events took of CPU and memory, in all and of each process. */
export const usageMetrics = ({ metered, usage }: BacklogRun, events: number): readonly Metric[] => {
  const cpu = (name: ProcessName): number => cpuSecondsOf(metered[name].shares);
  const anonymous = sumOfWorkers((name) => usage[name].anonymousBytes);
  const peakAnonymous = sumOfWorkers((name) => metered[name].peakAnonymousBytes);
  const resident = sumOfWorkers((name) => usage[name].residentBytes);
  const peakResident = sumOfWorkers((name) => usage[name].peakResidentBytes);
  return [
    {
      name: 'backlog.events_per_cpu_second_of_workers',
      value: Math.round(events / sumOfWorkers(cpu)),
      unit: 'events/CPU-s',
      better: 'higher',
      goal: GOALS.eventsPerCpuSecond,
      isCpuBound: true,
    },
    {
      ...megabytes('workers_anonymous', anonymous),
      better: 'lower',
      goal: GOALS.megabytes,
      resolution: MEMORY_RESOLUTION_MEGABYTES,
    },
    { ...megabytes('workers_resident', resident), goal: GOALS.megabytes },
    megabytes('workers_peak_anonymous', peakAnonymous),
    megabytes('workers_peak_resident', peakResident),
    ...PROCESSES.flatMap((name): readonly Metric[] => [
      { name: `backlog.cpu.${name}_s`, value: rounded(cpu(name)), unit: 's', better: 'info' },
      megabytes(`anonymous.${name}`, usage[name].anonymousBytes),
      megabytes(`peak_anonymous.${name}`, metered[name].peakAnonymousBytes),
      megabytes(`resident.${name}`, usage[name].residentBytes),
    ]),
  ];
};
