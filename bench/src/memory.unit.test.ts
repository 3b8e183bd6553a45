import { expect, it } from 'vitest';
import { memoryMetrics } from './memory.ts';
import type { ProcessUsage } from './process-usage.ts';
import { PROCESSES, type ProcessName } from './rig-processes.ts';

const MEGABYTE = 1024 * 1024;

/** Every process alike; the web app and the broker, which are not judged, grow wildly. */
const usage = (anonymous: number): Record<ProcessName, ProcessUsage> =>
  Object.fromEntries(
    PROCESSES.map((name) => {
      const megabytes = name === 'webapp' || name === 'kafka' ? anonymous * anonymous : anonymous;
      const bytes = megabytes * MEGABYTE;
      return [
        name,
        { cpuSeconds: 0, anonymousBytes: bytes, residentBytes: 2 * bytes, peakResidentBytes: 2 * bytes },
      ];
    }),
  ) as Record<ProcessName, ProcessUsage>;

const figureOf = (looks: Parameters<typeof memoryMetrics>[0], name: string): number | undefined =>
  memoryMetrics(looks).find((metric) => metric.name === `memory.${name}`)?.value;

it('judges how much the five workers grow after the warm-up', () => {
  // From 20 to 100 MB while warming up, then a tenth of a megabyte a minute from 100 MB on.
  const looks = Array.from({ length: 101 }, (_, minute) => ({
    seconds: minute * 60,
    usage: usage(minute < 20 ? 20 + 4 * minute : 100 + (minute - 20) / 10),
  }));
  expect(figureOf(looks, 'workers_anonymous_growth_percent')).toBeCloseTo(8, 5);
  expect(figureOf(looks, 'workers_anonymous_last_mb')).toBeCloseTo(540, 5);
  expect(figureOf(looks, 'workers_resident_last_mb')).toBeCloseTo(1080, 5);
  expect(figureOf(looks, 'anonymous.gold_mb_per_hour')).toBeCloseTo(6, 5);
});
