import { describe, expect, it } from 'vitest';
import { growth, type Stretch, stretchMetrics, wallPercentile } from './sustained.ts';

const stretch = (wallMs: number, files: number): Stretch => ({
  samples: [1, 2, 3].map((factor) => ({ wallMs: wallMs * factor, cpuMs: 1, value: null })),
  mostFiles: files,
  state: { files, visibleRows: 1, logFiles: 10, logBytes: 1024 ** 2 },
  memory: { resident: 2 * 1024 ** 2, anonymous: 1024 ** 2 },
});

describe('growth over the stretches of a run', () => {
  it('holds the last third against the first, which the first stretch is not part of', () => {
    const walls = [900, 10, 10, 10, 50, 60, 70, 20, 20, 20];
    expect(
      growth(
        walls.map((wall) => stretch(wall, 1)),
        wallPercentile(0.5),
      ),
    ).toBe(2);
  });

  it('is told for times, files and memory, with a goal', () => {
    const stretches = Array.from({ length: 10 }, (_, index) => stretch(10, 20 + index));
    const metrics = stretchMetrics('sustained.1M', stretches);
    const judged = metrics.filter(({ goal }) => goal !== undefined);
    expect(judged.map(({ name, value }) => [name, value])).toEqual([
      ['sustained.1M.growth_of_p50_ms', 1],
      ['sustained.1M.growth_of_p99_ms', 1],
      ['sustained.1M.growth_of_files', 1.273],
      ['sustained.1M.growth_of_anonymous_mb', 1],
    ]);
    expect(metrics.find(({ name }) => name === 'sustained.1M.files.10')?.value).toBe(29);
  });
});
