import type { KafkaRecord } from '@marketing-streams/contracts/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testRecord } from '../testing/run-pipeline.ts';
import { mergeRuns } from './merge-order.ts';

const runs = fc
  .array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }), { maxLength: 5 })
  .map((partitions) =>
    partitions.map((timestamps, partition) =>
      timestamps.map((timestamp, offset) => testRecord({ partition, offset, timestamp })),
    ),
  );

const inMergeOrder = (partitions: readonly (readonly KafkaRecord[])[]): KafkaRecord[] => {
  const { next } = mergeRuns(partitions);
  const merged: KafkaRecord[] = [];
  for (let record = next(); record !== undefined; record = next()) merged.push(record);
  return merged;
};

const placeOf = ({ partition, offset }: KafkaRecord): string => `${partition}/${offset}`;

describe('merge order', () => {
  it('keeps the order of every run and leaves nothing out', () => {
    fc.assert(
      fc.property(runs, (partitions) => {
        const merged = inMergeOrder(partitions);
        expect(merged).toHaveLength(partitions.flat().length);
        for (const [partition, run] of partitions.entries()) {
          expect(merged.filter((record) => record.partition === partition)).toEqual(run);
        }
      }),
    );
  });

  it('is the same when only the records up to any stop are there: a transaction folds as it was', () => {
    fc.assert(
      fc.property(runs, fc.nat({ max: 50 }), (partitions, stop) => {
        const taken = inMergeOrder(partitions).slice(0, stop);
        const again = partitions.map((run) => run.filter((record) => taken.includes(record)));
        expect(inMergeOrder(again).map(placeOf)).toEqual(taken.map(placeOf));
      }),
    );
  });

  it('takes the older record first when every run is in time order', () => {
    const older = testRecord({ partition: 1, timestamp: 1 });
    const newer = testRecord({ partition: 0, timestamp: 2 });
    expect(inMergeOrder([[newer], [older]])).toEqual([older, newer]);
  });

  it('knows the last record it took of every run', () => {
    const [first, second] = [
      testRecord({ offset: 0, timestamp: 1 }),
      testRecord({ offset: 1, timestamp: 2 }),
    ];
    const merged = mergeRuns([[first, second], [testRecord({ partition: 1, timestamp: 3 })]]);
    expect(merged.last()).toEqual([]);
    merged.next();
    merged.next();
    expect(merged.last()).toEqual([second]);
  });
});
