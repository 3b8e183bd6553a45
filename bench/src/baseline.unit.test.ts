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
  it('flags what is less than 85% as good, whichever way is better', () => {
    const stored = baseline({ latency: 100, rate: 100, steady: 100, faster: 100, shown: 100 });
    const result = compare(
      [
        metric('latency', 119, 'lower'),
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
    expect(result.map(({ ratio }) => ratio)).toEqual([100 / 119, 0.84, 100 / 114, 2, null, null]);
  });
});

describe('noise', () => {
  const stored = baseline({ rate: 100, latency: 10, growth: 0 });

  it('of a slower machine is forgiven figures of CPU time, and only them', () => {
    const fell = (slowness: number) =>
      compare(
        [{ ...metric('rate', 70, 'higher'), isCpuBound: true }, metric('latency', 14, 'lower')],
        stored,
        slowness,
      )
        .filter(({ isRegression }) => isRegression)
        .map(({ metric: { name } }) => name);
    expect(fell(1)).toEqual(['rate', 'latency']);
    expect(fell(1.3)).toEqual(['latency']);
    // A faster machine asks for no more.
    expect(fell(0.5)).toEqual(['rate', 'latency']);
    expect(
      compare([{ ...metric('rate', 90, 'higher'), isCpuBound: true }], stored, 0.5)[0]!.isRegression,
    ).toBe(false);
  });

  it('below what a measurement can tell is no fall', () => {
    const of = (value: number) =>
      compare([{ ...metric('latency', value, 'lower'), resolution: 5 }], stored)[0]!;
    expect(of(15).isRegression).toBe(false);
    expect(of(15.1).isRegression).toBe(true);
  });

  it('does not divide by a baseline of nothing', () => {
    const growth = (value: number) =>
      compare([{ ...metric('growth', value, 'lower'), resolution: 2 }], stored)[0]!;
    expect(growth(0).ratio).toBe(1);
    expect(growth(8)).toMatchObject({ ratio: 0.25, isRegression: true });
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
    updateBaseline([metric('a', 1, 'lower'), metric('b', 2, 'lower')], new Date(0), { file });
    updateBaseline([metric('b', 3, 'lower')], new Date(1000), { file });
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
  it('shows goal, figure, baseline and ratio in aligned columns', () => {
    const measured = { ...metric('latency.p50_ms', 30, 'lower'), goal: 40 };
    expect(renderReport(compare([measured], baseline({ 'latency.p50_ms': 20 })))).toBe(
      [
        'metric          goal      figure  unit  baseline  ratio',
        'latency.p50_ms  40 (met)  30      ms    20        0.67  WORSE',
      ].join('\n'),
    );
  });
});
