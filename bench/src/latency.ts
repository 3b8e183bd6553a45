import { cpuPercent } from './cpu-percent.ts';
import { type Metric, percentile, rounded } from './metric.ts';
import { startOrderMeter } from './order-meter.ts';
import type { Rig } from './rig.ts';

/** Not measured: the code is compiled and caches fill. */
const WARM_UP_SECONDS = 5;

type Goals = { readonly p50?: number; readonly p99: number };

/** Milliseconds, see the goals in bench/README.md; of 2,000 orders a second only the 99th percentile is asked for. */
const goalsAt = (rate: number): Goals => (rate > 200 ? { p99: 300 } : { p50: 40, p99: 120 });

/** A timer's and a scheduler's whim. */
const RESOLUTION_MILLISECONDS = { p50: 5, p99: 15 };

/** Time from handing an order to the producer until it is part of a gold record, at a steady rate. */
export const measureLatency = async (rig: Rig, rate: number, seconds: number): Promise<readonly Metric[]> => {
  const prefix = `latency.${rate}/s`;
  const meter = await startOrderMeter(rig.access, `latency-${rate}-${Date.now()}`);
  let measured: readonly number[];
  let info: readonly Metric[];
  try {
    await meter.sendSteadily(rate, WARM_UP_SECONDS);
    const before = rig.usage();
    const driverBefore = process.cpuUsage();
    const begin = performance.now();
    const { latestMilliseconds } = await meter.sendSteadily(rate, seconds);
    const elapsed = (performance.now() - begin) / 1000;
    const driver = process.cpuUsage(driverBefore);
    info = [
      ...cpuPercent(prefix, before, rig.usage(), elapsed),
      {
        name: `${prefix}.driver_percent_of_a_core`,
        value: rounded((driver.user + driver.system) / 1e4 / elapsed),
        unit: '%',
        better: 'info',
      },
      { name: `${prefix}.driver_late_ms`, value: rounded(latestMilliseconds), unit: 'ms', better: 'info' },
    ];
    await meter.allSeen();
    measured = meter.journeys
      .filter(({ sentAt }) => sentAt >= begin)
      .map(({ sentAt, seenAt }) => seenAt - sentAt)
      .toSorted((a, b) => a - b);
  } finally {
    await meter.close();
  }
  const goals = goalsAt(rate);
  const of = (share: number): number => rounded(percentile(measured, share));
  return [
    {
      name: `${prefix}.p50_ms`,
      value: of(0.5),
      unit: 'ms',
      better: 'lower',
      resolution: RESOLUTION_MILLISECONDS.p50,
      ...(goals.p50 === undefined ? {} : { goal: goals.p50 }),
    },
    {
      name: `${prefix}.p99_ms`,
      value: of(0.99),
      unit: 'ms',
      better: 'lower',
      resolution: RESOLUTION_MILLISECONDS.p99,
      goal: goals.p99,
    },
    { name: `${prefix}.max_ms`, value: of(1), unit: 'ms', better: 'info' },
    ...info,
  ];
};
