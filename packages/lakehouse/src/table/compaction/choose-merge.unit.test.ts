import { describe, expect, it } from 'vitest';
import type { AddFile } from '../../log/actions.ts';
import { chooseFiles } from './choose-merge.ts';

const MEBIBYTE = 1024 * 1024;

const fileOf = (
  name: string | number,
  rows: number,
  options: { size?: number; hidden?: number; day?: string } = {},
): AddFile => ({
  path: `${name}.parquet`,
  partitionValues: options.day === undefined ? {} : { day: options.day },
  size: options.size ?? 1000,
  modificationTime: 0,
  dataChange: true,
  stats: `{"numRecords":${rows}}`,
  ...(options.hidden === undefined
    ? {}
    : {
        deletionVector: {
          storageType: 'i',
          pathOrInlineDv: 'x',
          sizeInBytes: 1,
          cardinality: options.hidden,
        },
      }),
});

const filesOf = (count: number, ...[rows, options]: [number, Parameters<typeof fileOf>[2]?]): AddFile[] =>
  Array.from({ length: count }, (_, number) => fileOf(`${options?.day ?? ''}${number}`, rows, options));

describe('the files of a merge', () => {
  it.each([
    [1, 20],
    [4, 16],
    [5, 12],
    [31, 2],
  ])('of %d MiB and few rows are %d, where all of them filled the memory', (mebibytes, count) => {
    expect(chooseFiles(filesOf(20, 100, { size: mebibytes * MEBIBYTE }))).toHaveLength(count);
  });

  it('hold no more than 100 000 rows', () => {
    expect(chooseFiles(filesOf(20, 30_000))).toHaveLength(3);
  });

  it('do not include one that is large in bytes, however few its rows', () => {
    const [large] = filesOf(1, 100, { size: 32 * MEBIBYTE });
    expect(chooseFiles([large!, ...filesOf(16, 100)])).toEqual(filesOf(16, 100));
    expect(chooseFiles(filesOf(20, 100, { size: 32 * MEBIBYTE }))).toEqual([]);
  });

  it('are of one size class and one partition', () => {
    expect(chooseFiles([...filesOf(15, 100), fileOf('larger', 1000)])).toEqual([]);
    const monday = filesOf(15, 100, { day: 'mon' });
    const tuesday = filesOf(16, 100, { day: 'tue' });
    expect(chooseFiles([...monday, ...tuesday])).toEqual(tuesday);
  });

  it('are those of which more than a fifth is hidden, whatever their number', () => {
    const hollow = fileOf('hollow', 80_000, { hidden: 16_001 });
    expect(chooseFiles([fileOf('whole', 80_000, { hidden: 16_000 }), hollow])).toEqual([hollow]);
    expect(chooseFiles([hollow], { minHiddenRows: 16_002 })).toEqual([]);
    const large = fileOf('large', 300_000, { hidden: 100_000 });
    expect(chooseFiles([large, hollow])).toEqual([large]);
    expect(chooseFiles([fileOf('empty', 10, { hidden: 10 })])).toHaveLength(1);
    expect(chooseFiles([fileOf('too large', 300_000, { hidden: 100_000, size: 65 * MEBIBYTE })])).toEqual([]);
  });
});
