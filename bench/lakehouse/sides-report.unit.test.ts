import { describe, expect, it } from 'vitest';
import type { Metric } from '../src/metric.ts';
import { renderSides } from './sides-report.ts';

const metric = (name: string, value: number): Metric => ({ name, value, unit: '', better: 'info' });

describe('the table of both sides', () => {
  it('has a line a side, with ours against delta-rs on our line', () => {
    const metrics = [
      metric('append.1k.ours.p50_ms', 12.5),
      metric('append.1k.ours.cpu_ms', 9),
      metric('append.1k.delta_rs.p50_ms', 25),
      metric('append.1k.delta_rs.cpu_ms', 18),
      metric('append.1k.times_faster', 2),
      metric('append.1k.cpu_ratio', 0.5),
      metric('sustained.1M.files.3', 25),
    ];
    expect(renderSides(metrics)).toBe(
      [
        'case       side      p50_ms  p99_ms  cpu_ms  anonymous_mb  resident_mb  faster   CPU',
        'append.1k  ours        12.5               9                                 2×  0.5×',
        'append.1k  delta-rs      25              18',
      ].join('\n'),
    );
  });

  it('is empty without cases', () => {
    expect(renderSides([metric('sustained.1M.files.3', 25)])).toBe('');
  });
});
