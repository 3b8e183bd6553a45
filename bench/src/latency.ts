import { cpuPercent } from './cpu-percent.ts';
import { type Metric, percentile, rounded } from './metric.ts';
import { startOrderMeter } from './order-meter.ts';
import type { Rig } from './rig.ts';

/** Not measured: the code is compiled and caches fill. */
const WARM_UP_SECONDS = 5;

/** Design, section 9, milliseconds. */
const GOALS = { p50: 40, p99: 120 };

/** Time from handing an order to the producer until it is part of a gold record, at a steady rate. */
export const measureLatency = async (rig: Rig, rate: number, seconds: number): Promise<readonly Metric[]> => {
  const meter = await startOrderMeter(rig.access, `latency-${rate}`);
  let measured: readonly number[];
  let cpu: readonly Metric[];
  try {
    await meter.sendSteadily(rate, WARM_UP_SECONDS);
    const before = rig.usage();
    const begin = performance.now();
    await meter.sendSteadily(rate, seconds);
    cpu = cpuPercent(`latency.${rate}/s`, before, rig.usage(), (performance.now() - begin) / 1000);
    await meter.allSeen();
    measured = meter.journeys
      .filter(({ sentAt }) => sentAt >= begin)
      .map(({ sentAt, seenAt }) => seenAt - sentAt)
      .toSorted((a, b) => a - b);
  } finally {
    await meter.close();
  }
  const metric = (name: string, share: number, better: Metric['better'], goal?: number): Metric => ({
    name: `latency.${rate}/s.${name}_ms`,
    value: rounded(percentile(measured, share)),
    unit: 'ms',
    better,
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    metric('p50', 0.5, 'lower', GOALS.p50),
    metric('p99', 0.99, 'lower', GOALS.p99),
    metric('max', 1, 'info'),
    ...cpu,
  ];
};
