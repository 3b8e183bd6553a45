import { describe, expect, it } from 'vitest';
import type { Sample } from './engine.ts';
import { caseMetrics, interleave, takeTurns, together } from './samples.ts';

const sample = (wallMs: number, cpuMs = wallMs): Sample => ({ wallMs, cpuMs, value: wallMs });

describe('interleave', () => {
  it('spreads the turns of each side over the run', () => {
    expect(interleave([2, 2])).toEqual([0, 1, 0, 1]);
    expect(interleave([6, 2])).toEqual([0, 0, 1, 0, 0, 0, 1, 0]);
    expect(interleave([3, 0])).toEqual([0, 0, 0]);
  });
});

describe('takeTurns', () => {
  it('takes one turn at a time and keeps what each side measured, in order', async () => {
    const order: string[] = [];
    const side = (name: string, turns: number) => ({
      turns,
      take: async (turn: number) => {
        order.push(`${name}${turn}`);
        return sample(turn);
      },
    });
    const samples = await takeTurns([side('a', 2), side('b', 1)]);
    expect(order).toEqual(['a0', 'b0', 'a1']);
    expect(samples).toEqual([[sample(0), sample(1)], [sample(0)]]);
  });
});

describe('together', () => {
  it('adds up pieces of work and keeps the answer of the last', () => {
    expect(together(sample(3, 1), sample(4, 2))).toEqual({ wallMs: 7, cpuMs: 3, value: 4 });
  });
});

describe('caseMetrics', () => {
  const megabyte = 1024 ** 2;
  const sides = {
    ours: {
      samples: [sample(10, 8), sample(30, 8), sample(20, 8)],
      memory: { resident: 300 * megabyte, anonymous: 100 * megabyte },
    },
    delta_rs: { samples: [sample(400, 2)] },
  };

  it('tells medians, tails and memory of each side, and ours against the other', () => {
    const values = Object.fromEntries(
      caseMetrics('upsert.1M', sides).map(({ name, value }) => [name, value]),
    );
    expect(values).toEqual({
      'upsert.1M.ours.p50_ms': 20,
      'upsert.1M.ours.p99_ms': 30,
      'upsert.1M.ours.cpu_ms': 8,
      'upsert.1M.ours.anonymous_mb': 100,
      'upsert.1M.ours.resident_mb': 300,
      'upsert.1M.delta_rs.p50_ms': 400,
      'upsert.1M.delta_rs.p99_ms': 400,
      'upsert.1M.delta_rs.cpu_ms': 2,
      'upsert.1M.times_faster': 20,
      'upsert.1M.cpu_ratio': 4,
    });
  });

  it('sets the goals on our figures only, and never judges the others', () => {
    const goals = { p50Ms: 50, anonymousMb: 300, timesFaster: 20, cpuRatio: 2 };
    const metrics = caseMetrics('upsert.1M', sides, goals);
    expect(metrics.filter(({ goal }) => goal !== undefined).map(({ name, goal }) => [name, goal])).toEqual([
      ['upsert.1M.ours.p50_ms', 50],
      ['upsert.1M.ours.anonymous_mb', 300],
      ['upsert.1M.times_faster', 20],
      ['upsert.1M.cpu_ratio', 2],
    ]);
    const theirs = metrics.filter(({ name }) => name.includes('.delta_rs.'));
    expect(new Set(theirs.map(({ better }) => better))).toEqual(new Set(['info']));
  });

  it('compares nothing when one side did not run', () => {
    const names = caseMetrics('upsert.10M', { ours: sides.ours }).map(({ name }) => name);
    expect(names.some((name) => name.endsWith('times_faster'))).toBe(false);
  });
});
