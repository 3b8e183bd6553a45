import { describe, expect, it } from 'vitest';
import { type Baseline, compare } from './baseline.ts';
import { bestOf, measureParts } from './measure-parts.ts';
import type { Metric } from './metric.ts';

const baseline: Baseline = {
  recorded_at: '2026-01-01T00:00:00.000Z',
  machine: { cpus: 2, model: 'test', memory_gb: 8 },
  node: 'v24.0.0',
  metrics: { 'a.rate': 100, 'b.wait': 100 },
};

const rate = (value: number): Metric => ({ name: 'a.rate', value, unit: '1/s', better: 'higher' });
const wait = (value: number): Metric => ({ name: 'b.wait', value, unit: 'ms', better: 'lower' });

/** Measures the given figures of `a` and `b`, one after the other; gives what counts and what was measured. */
const run = async (figures: { a: readonly number[]; b: readonly number[] }, tries = 3) => {
  const order: string[] = [];
  const left = { a: [...figures.a], b: [...figures.b] };
  const measured = await measureParts(['a', 'b'] as const, {
    measure: async (name) => {
      order.push(name);
      return name === 'a' ? [rate(left.a.shift()!)] : [wait(left.b.shift()!)];
    },
    compared: (metrics) => compare(metrics, baseline),
    beforeEachRound: async () => void order.push('|'),
    tries,
    say: () => {},
  });
  return {
    order: order.join(''),
    values: measured.flatMap(({ metrics }) => metrics.map(({ value }) => value)),
  };
};

describe('a part that fell', () => {
  it('is measured again, and its better figure counts', async () => {
    expect(await run({ a: [50, 95], b: [90] })).toEqual({ order: 'ab|a|', values: [95, 90] });
    expect(await run({ a: [99], b: [150, 170, 160] })).toEqual({ order: 'ab|b|b', values: [99, 150] });
  });

  it('is measured once without a check', async () => {
    expect(await run({ a: [50], b: [300] }, 1)).toEqual({ order: 'ab', values: [50, 300] });
  });
});

describe('two measurements of a part', () => {
  it('come to the better of each judged figure, and the later of the others', () => {
    const info = (value: number): Metric => ({ name: 'i', value, unit: 's', better: 'info' });
    expect(bestOf([rate(1), wait(1), info(1)], [rate(2), wait(2), info(2)])).toEqual([
      rate(2),
      wait(1),
      info(2),
    ]);
  });

  it('keep a figure that only the former has', () => {
    expect(bestOf([rate(1), wait(1)], [wait(2)])).toEqual([wait(1), rate(1)]);
  });
});
