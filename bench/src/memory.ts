import { setTimeout as delay } from 'node:timers/promises';
import { type BacklogSize, createBacklog } from './backlog-records.ts';
import { runBacklog } from './backlog-run.ts';
import { type Metric, rounded } from './metric.ts';
import { startOrderMeter } from './order-meter.ts';
import type { ProcessUsage } from './process-usage.ts';
import type { Rig } from './rig.ts';
import { type ProcessName, WORKERS } from './rig-processes.ts';
import { afterWarmUp, type Trend, trendOf } from './trend.ts';

/** Orders a second while memory is looked at. */
const RATE = 200;
const LOOK_EVERY_MILLISECONDS = 5_000;

/** Caches fill and code is compiled: not part of the line. */
const WARM_UP_SHARE = 0.2;

/** The line may rise by so much from its first to its last sample, in percent, and be called flat. */
const GOAL_GROWTH_PERCENT = 5;
const RESOLUTION_PERCENT = 5;

const MEGABYTE = 1024 * 1024;

type Look = {
  readonly seconds: number;
  readonly usage: Readonly<Record<ProcessName, ProcessUsage>>;
};

const trend = (looks: readonly Look[], of: (usage: Look['usage']) => number): Trend =>
  trendOf(
    afterWarmUp(
      looks.map(({ seconds, usage }) => ({ seconds, value: of(usage) / MEGABYTE })),
      WARM_UP_SHARE,
    ),
  );

const sumOf = (
  usage: Look['usage'],
  names: readonly ProcessName[],
  of: 'anonymousBytes' | 'residentBytes',
): number => names.reduce((sum, name) => sum + usage[name][of], 0);

/** Lines through memory over time, in all and of each service. */
export const memoryMetrics = (looks: readonly Look[]): readonly Metric[] => {
  const growthPercent = ({ first, last }: Trend): number => rounded(((last - first) / first) * 100);
  const anonymous = trend(looks, (usage) => sumOf(usage, WORKERS, 'anonymousBytes'));
  const resident = trend(looks, (usage) => sumOf(usage, WORKERS, 'residentBytes'));
  const info = (name: string, value: number, unit: string): Metric => ({
    name: `memory.${name}`,
    value: rounded(value),
    unit,
    better: 'info',
  });
  return [
    {
      ...info('workers_anonymous_growth_percent', growthPercent(anonymous), '%'),
      better: 'lower',
      goal: GOAL_GROWTH_PERCENT,
      resolution: RESOLUTION_PERCENT,
    },
    info('workers_anonymous_first_mb', anonymous.first, 'MB'),
    info('workers_anonymous_last_mb', anonymous.last, 'MB'),
    info('workers_resident_growth_percent', growthPercent(resident), '%'),
    info('workers_resident_last_mb', resident.last, 'MB'),
    ...[...WORKERS, 'webapp' as const].flatMap((name) => {
      const own = trend(looks, (usage) => usage[name].anonymousBytes);
      return [
        info(`anonymous.${name}_mb`, own.last, 'MB'),
        info(`anonymous.${name}_mb_per_hour`, own.perHour, 'MB/h'),
      ];
    }),
  ];
};

/** Steady traffic after a whole backlog: does memory stay where it is? */
export const measureMemory = async (
  rig: Rig,
  size: BacklogSize,
  minutes: number,
  say: (text: string) => void,
): Promise<readonly Metric[]> => {
  await runBacklog(rig, createBacklog(rig.access.inputs, size, 1));
  say(`${RATE} orders a second for ${minutes} minutes …`);
  const meter = await startOrderMeter(rig.access, 'memory');
  const looks: Look[] = [];
  const begin = performance.now();
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      looks.push({ seconds: (performance.now() - begin) / 1000, usage: rig.usage() });
      if (looks.length % 60 === 0) {
        const megabytes = sumOf(looks.at(-1)!.usage, WORKERS, 'anonymousBytes') / MEGABYTE;
        say(`  after ${Math.round(looks.at(-1)!.seconds / 60)} minutes ${Math.round(megabytes)} MB`);
      }
      await delay(LOOK_EVERY_MILLISECONDS);
    }
  };
  try {
    const watched = watch();
    await meter.sendSteadily(RATE, minutes * 60);
    await meter.allSeen(120_000);
    isOver = true;
    await watched;
  } finally {
    isOver = true;
    await meter.close();
  }
  return memoryMetrics(looks);
};
