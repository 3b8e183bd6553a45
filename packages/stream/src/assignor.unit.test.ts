import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonPartitionCount,
  createTaskAssignor,
  partitionAssignor,
  partitionsOfTask,
  taskOf,
} from './assignor.ts';

const members = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });

describe('the task assignor', () => {
  it('gives every partition to one member, a task whole, and tasks evenly', () => {
    fc.assert(
      fc.property(
        members,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        (names, tasks, count) => {
          const topics = new Map([
            ['a', count],
            ['b', count],
          ]);
          const shares = createTaskAssignor(tasks).assign(names, topics);
          const given = [...shares.values()].flat();
          expect(given).toHaveLength(2 * count);
          expect(new Set(given.map(({ topic, partition }) => `${topic}/${partition}`)).size).toBe(2 * count);
          const numbers = [...shares.values()].map(
            (share) => new Set(share.map(({ partition }) => taskOf(partition, tasks))).size,
          );
          const used = Math.min(tasks, count);
          expect(numbers.reduce((a, b) => a + b, 0)).toBe(used);
          if (tasks <= count) expect(Math.max(...numbers) - Math.min(...numbers)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('names the number of tasks, so that members with different ones cannot meet', () => {
    expect(createTaskAssignor(3).name).not.toBe(createTaskAssignor(2).name);
  });

  it('knows the partitions of a task', () => {
    expect(partitionsOfTask(1, 3, 8)).toEqual([1, 4, 7]);
  });
});

describe('the partition assignor', () => {
  it('puts the same number of every topic together', () => {
    const shares = partitionAssignor.assign(
      ['m', 'n'],
      new Map([
        ['a', 2],
        ['b', 1],
      ]),
    );
    expect(shares.get('m')).toEqual([
      { topic: 'a', partition: 0 },
      { topic: 'b', partition: 0 },
    ]);
    expect(shares.get('n')).toEqual([{ topic: 'a', partition: 1 }]);
  });
});

describe('topics that are joined', () => {
  it('must have the same number of partitions', () => {
    expect(
      commonPartitionCount(
        new Map([
          ['a', 6],
          ['b', 6],
        ]),
      ),
    ).toBe(6);
    const differing = (): number =>
      commonPartitionCount(
        new Map([
          ['a', 6],
          ['b', 3],
        ]),
      );
    expect(differing).toThrow(/a 6, b 3/);
  });
});
