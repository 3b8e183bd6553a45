import { type CampaignMeter, startCampaignMeter } from './campaign-meter.ts';
import type { Journey } from './count-journeys.ts';
import { cpuPercent } from './cpu-percent.ts';
import { type LagSample, watchGroupLag } from './group-lag.ts';
import { type Metric, percentile, rounded } from './metric.ts';
import type { ProcessUsage } from './process-usage.ts';
import type { Rig } from './rig.ts';
import type { OfEachProcess } from './rig-processes.ts';
import { trendOf } from './trend.ts';

/** Not measured: the code is compiled and caches fill. */
const WARM_UP_SECONDS = 5;

const PAGE_RATE = 1_000;
const FULL_RATE = 20_000;

/** See the goals in bench/README.md. */
const GOALS = {
  pageMilliseconds: { p50: 100, p99: 1_000 },
  lagSeconds: 1,
  lagGrowthSeconds: 0.5,
  microsecondsPerEvent: 25,
  megabytes: 150,
};

/** A timer's and a scheduler's whim. */
const RESOLUTION = { milliseconds: { p50: 10, p99: 50 }, lagSeconds: 0.25, megabytes: 50 };

const MEGABYTE = 1024 * 1024;

const liveOf = ({ live }: OfEachProcess<ProcessUsage>): ProcessUsage => {
  if (live === undefined) throw new Error('campaigns are measured with `live` running');
  return live;
};

const info = (name: string, value: number, unit: string): Metric => ({
  name,
  value: rounded(value),
  unit,
  better: 'info',
});

/** Percentiles of the ways that began at `begin` or later; only what has goals is judged. */
const journeyMetrics = (
  prefix: string,
  journeys: readonly Journey[],
  begin: number,
  goals?: (typeof GOALS)['pageMilliseconds'],
): readonly Metric[] => {
  const times = journeys
    .filter(({ sentAt }) => sentAt >= begin)
    .map(({ sentAt, seenAt }) => seenAt - sentAt)
    .toSorted((a, b) => a - b);
  const judged = (share: 'p50' | 'p99'): Partial<Metric> =>
    goals === undefined
      ? {}
      : { better: 'lower', goal: goals[share], resolution: RESOLUTION.milliseconds[share] };
  return [
    { ...info(`${prefix}_p50_ms`, percentile(times, 0.5), 'ms'), ...judged('p50') },
    { ...info(`${prefix}_p99_ms`, percentile(times, 0.99), 'ms'), ...judged('p99') },
    info(`${prefix}_max_ms`, percentile(times, 1), 'ms'),
  ];
};

/** Events at a steady rate, and what everything used meanwhile. */
const steadily = async (
  rig: Rig,
  meter: CampaignMeter,
  rate: number,
  seconds: number,
): Promise<{
  readonly begin: number;
  readonly elapsed: number;
  readonly before: OfEachProcess<ProcessUsage>;
  readonly after: OfEachProcess<ProcessUsage>;
  readonly metrics: readonly Metric[];
}> => {
  await meter.sendSteadily(rate, WARM_UP_SECONDS);
  const before = rig.usage();
  const begin = performance.now();
  const { latestMilliseconds } = await meter.sendSteadily(rate, seconds);
  const elapsed = (performance.now() - begin) / 1000;
  const after = rig.usage();
  const prefix = `campaigns.${rate}/s`;
  return {
    begin,
    elapsed,
    before,
    after,
    metrics: [
      ...cpuPercent(prefix, before, after, elapsed),
      info(`${prefix}.driver_late_ms`, latestMilliseconds, 'ms'),
    ],
  };
};

/** How far behind a group was, in seconds of the rate: on average, and by how much more at the end than at first. */
export const lagMetrics = (
  prefix: string,
  samples: readonly LagSample[],
  rate: number,
): readonly Metric[] => {
  const lags = samples.map(({ seconds, written, read }) => ({ seconds, value: (written - read) / rate }));
  const { first, last } = trendOf(lags);
  const judged = (name: string, value: number, goal: number): Metric => ({
    ...info(`${prefix}.${name}`, value, 's'),
    better: 'lower',
    goal,
    resolution: RESOLUTION.lagSeconds,
  });
  return [
    judged('lag_s', (first + last) / 2, GOALS.lagSeconds),
    judged('lag_growth_s', Math.max(0, last - first), GOALS.lagGrowthSeconds),
  ];
};

/** Event → page, at the rate of a busy day. */
const measurePage = async (rig: Rig, meter: CampaignMeter, seconds: number): Promise<readonly Metric[]> => {
  const prefix = `campaigns.${PAGE_RATE}/s`;
  const { begin, metrics } = await steadily(rig, meter, PAGE_RATE, seconds);
  await meter.allCounted();
  return [
    ...journeyMetrics(`${prefix}.listener`, meter.listener.journeys, begin, GOALS.pageMilliseconds),
    ...journeyMetrics(`${prefix}.dashboard`, meter.dashboard.journeys, begin, GOALS.pageMilliseconds),
    ...journeyMetrics(`${prefix}.results`, meter.results.journeys, begin),
    ...metrics,
  ];
};

/** A rush that lasts: does the lag stay, and what does an event cost? */
const measureRush = async (rig: Rig, meter: CampaignMeter, seconds: number): Promise<readonly Metric[]> => {
  const prefix = `campaigns.${FULL_RATE}/s`;
  const lag = watchGroupLag(rig.access.kafka, 'live-campaign-partials', 'logs');
  const { begin, elapsed, before, after, metrics } = await steadily(rig, meter, FULL_RATE, seconds);
  const samples = await lag.stop();
  await meter.allCounted(120_000);
  const events = FULL_RATE * seconds;
  const since = samples.filter((sample) => sample.seconds >= WARM_UP_SECONDS);
  const [first, last] = [since[0]!, since.at(-1)!];
  const live = liveOf(rig.usage());
  return [
    {
      ...info(
        `${prefix}.counted_per_second`,
        (last.read - first.read) / (last.seconds - first.seconds),
        'events/s',
      ),
      better: 'higher',
      goal: FULL_RATE * 0.99,
    },
    ...lagMetrics(prefix, since, FULL_RATE),
    {
      ...info(
        `${prefix}.live_us_per_event`,
        ((liveOf(after).cpuSeconds - liveOf(before).cpuSeconds) / events) * 1e6,
        'µs/event',
      ),
      better: 'lower',
      goal: GOALS.microsecondsPerEvent,
      isCpuBound: true,
    },
    {
      ...info(`${prefix}.live_anonymous_mb`, live.anonymousBytes / MEGABYTE, 'MB'),
      better: 'lower',
      goal: GOALS.megabytes,
      resolution: RESOLUTION.megabytes,
    },
    info(`${prefix}.live_resident_mb`, live.residentBytes / MEGABYTE, 'MB'),
    info(`${prefix}.sent_per_second`, events / elapsed, 'events/s'),
    ...journeyMetrics(`${prefix}.listener`, meter.listener.journeys, begin),
    ...metrics,
  ];
};

/** The campaign domain from event to page at 1,000 events a second, and at 20,000; exact to the cent after each. */
export const measureCampaigns = async (
  rig: Rig,
  seconds: number,
  say: (text: string) => void,
): Promise<readonly Metric[]> => {
  const metrics: Metric[] = [];
  for (const [rate, measure] of [
    [PAGE_RATE, measurePage],
    [FULL_RATE, measureRush],
  ] as const) {
    say(`  ${rate} ad events a second …`);
    const meter = await startCampaignMeter(rig.access);
    try {
      metrics.push(...(await measure(rig, meter, seconds)));
    } finally {
      await meter.close();
    }
  }
  return metrics;
};
