import { describe, expect, it } from 'vitest';
import type { AddFile } from '../log/actions.ts';
import { looseStats } from './data-files.ts';

const fileOf = (size: number, stats?: string): AddFile => ({
  path: 'a.parquet',
  partitionValues: {},
  size,
  modificationTime: 0,
  dataChange: true,
  ...(stats === undefined ? {} : { stats }),
});

// A bound that no JavaScript number holds has to stay as it is.
const STATS = '{"numRecords":7,"minValues":{"id":9007199254740993},"nullCount":{"id":0}';

describe('the stats of a file with hidden rows', () => {
  it.each([
    ['a large file keeps its bounds', 2 ** 20, `${STATS}}`, `${STATS},"tightBounds":false}`],
    [
      'bounds are not tight any more',
      2 ** 20,
      `${STATS},"tightBounds":true}`,
      `${STATS},"tightBounds":false}`,
    ],
    ['a small file goes without them', 2 ** 20 - 1, `${STATS}}`, '{"numRecords":7,"tightBounds":false}'],
    ['a file without stats gets a count', 2 ** 20, undefined, '{"numRecords":7,"tightBounds":false}'],
  ])('%s', (_what, size, stats, expected) => {
    expect(looseStats(fileOf(size, stats), 7)).toBe(expected);
  });
});
