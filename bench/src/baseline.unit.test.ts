import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Baseline, compare, readBaseline, updateBaseline } from './baseline.ts';
import { type Metric, percentile } from './metric.ts';
import { renderReport } from './report.ts';

const baseline = (metrics: Record<string, number>): Baseline => ({
  recorded_at: '2026-01-01T00:00:00.000Z',
  machine: { cpus: 2, model: 'test', memory_gb: 8 },
  node: 'v24.0.0',
  metrics,
});

const metric = (name: string, value: number, better: Metric['better']): Metric => ({
  name,
  value,
  unit: 'ms',
  better,
});

describe('compare', () => {
  it('flags what is worse by more than 15%, whichever way is better', () => {
    const stored = baseline({ latency: 100, rate: 100, steady: 100, faster: 100, shown: 100 });
    const result = compare(
      [
        metric('latency', 116, 'lower'),
        metric('rate', 84, 'higher'),
        metric('steady', 114, 'lower'),
        metric('faster', 50, 'lower'),
        metric('shown', 900, 'info'),
        metric('new', 1, 'lower'),
      ],
      stored,
    );
    expect(result.filter(({ isRegression }) => isRegression).map(({ metric: { name } }) => name)).toEqual([
      'latency',
      'rate',
    ]);
    expect(result.map(({ change }) => change)).toEqual([-0.16, -0.16, -0.14, 0.5, null, null]);
  });
});

describe('the stored baseline', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'marketing-streams-baseline-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps the figures of parts that did not run', () => {
    const file = join(folder, 'baseline.json');
    expect(readBaseline(file)).toBeNull();
    updateBaseline([metric('a', 1, 'lower'), metric('b', 2, 'lower')], new Date(0), file);
    updateBaseline([metric('b', 3, 'lower')], new Date(1000), file);
    expect(readBaseline(file)).toMatchObject({
      recorded_at: '1970-01-01T00:00:01.000Z',
      metrics: { a: 1, b: 3 },
    });
  });
});

describe('percentile', () => {
  it('gives the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
    expect(percentile([7], 0.01)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('the report', () => {
  it('shows value, goal, baseline and change in aligned columns', () => {
    const measured = { ...metric('latency.p50_ms', 30, 'lower'), goal: 40 };
    expect(renderReport(compare([measured], baseline({ 'latency.p50_ms': 20 })))).toBe(
      [
        'metric          value  unit  goal      baseline  change',
        'latency.p50_ms  30     ms    40 (met)  20        -50%  WORSE',
      ].join('\n'),
    );
  });
});
