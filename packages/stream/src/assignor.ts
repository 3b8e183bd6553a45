import type { TopicPartition } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Assignor } from './kafka/api.ts';

/** The partitions of every topic that task `task` of `tasks` owns: those with p mod tasks == task. */
export const partitionsOfTask = (task: number, tasks: number, partitions: number): readonly number[] =>
  Array.from({ length: partitions }, (_, partition) => partition).filter((p) => p % tasks === task);

/** The task that owns a partition. */
export const taskOf = (partition: number, tasks: number): number => partition % tasks;

/** The one number of partitions that all topics have. Throws CONFIG_INVALID naming the numbers when they differ. */
export const commonPartitionCount = (partitionsOf: ReadonlyMap<string, number>): number => {
  const counts = new Set(partitionsOf.values());
  const [count] = counts;
  if (counts.size === 1 && count !== undefined) return count;
  const list = [...partitionsOf].map(([topic, partitions]) => `${topic} ${partitions}`).join(', ');
  throw new PlatformError(
    'CONFIG_INVALID',
    `input topics that are joined must have the same number of partitions, but they have: ${list}`,
  );
};

/**
 * Hands out tasks, not partitions: a task's partitions of all topics go to one member together. Members get
 * tasks in turn, so their numbers differ by one at most. The name holds the number of tasks: members that were
 * started with different numbers cannot be in one group.
 */
export const createTaskAssignor = (tasks: number): Assignor => ({
  name: `tasks-${tasks}`,
  assign: (members, partitionsOf) => {
    const shares = new Map<string, TopicPartition[]>(members.map((member) => [member, []]));
    for (let task = 0; task < tasks; task++) {
      const share = shares.get(members[task % members.length] ?? '');
      for (const [topic, partitions] of partitionsOf) {
        for (const partition of partitionsOfTask(task, tasks, partitions)) share?.push({ topic, partition });
      }
    }
    return shares;
  },
});

/** Hands out single partitions; the same number of every topic goes to the same member. */
export const partitionAssignor: Assignor = {
  name: 'same-partitions-together',
  assign: (members, partitionsOf) => {
    const widest = Math.max(0, ...partitionsOf.values());
    return createTaskAssignor(widest).assign(members, partitionsOf);
  },
};
