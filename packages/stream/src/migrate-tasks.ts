import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import { commonPartitionCount } from './assignor.ts';
import type { KafkaClient } from './kafka/api.ts';
import { removeTaskStore } from './state/task-store.ts';
import { encodeNote, newestNote } from './task/transaction-note.ts';

export type TaskMigration = {
  readonly kafka: KafkaClient;
  /** Name of the processor: its group, and the prefix of its transactional ids. */
  readonly processor: string;
  /** Its input topics. */
  readonly topics: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly stateDir: string;
  readonly logger: Logger;
};

/**
 * Changes a stopped processor's number of tasks: fences every old and new transactional id, removes the stores
 * (a store holds the keys of partitions that now belong to several tasks) and commits the positions again with
 * the new number. The tasks rebuild their state at the next start. May be repeated after a failure.
 * Throws TASKS_CHANGED while a process of it still runs.
 */
export const migrateTasks = async (migration: TaskMigration): Promise<void> => {
  const { kafka, processor, topics, from, to, stateDir, logger } = migration;
  const admin = kafka.admin();
  const ids = Array.from({ length: Math.max(from, to) }, (_, task) => `${processor}-${task}`);
  const producers = ids.map((transactionalId) => kafka.transactionalProducer({ transactionalId }));
  try {
    if (await admin.hasMembers(processor)) {
      throw new PlatformError('TASKS_CHANGED', `${processor} is still running: stop all its processes first`);
    }
    for (const producer of producers) await producer.init();
    const partitionCount = commonPartitionCount(await admin.partitionsOf(topics));
    const partitions = topics.flatMap((topic) =>
      Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition })),
    );
    const committed = await admin.committedPositions(processor, partitions);
    for (let task = 0; task < ids.length; task++)
      await removeTaskStore(join(stateDir, processor, String(task)));
    const transaction = newestNote(committed.map(({ metadata }) => metadata))?.transaction ?? 0;
    const metadata = encodeNote({ tasks: to, transaction, now: Date.now(), timers: [], refused: [] });
    const [producer] = producers;
    if (producer !== undefined && committed.length > 0) {
      producer.begin();
      await producer.sendOffsets(
        processor,
        committed.map((position) => ({ ...position, metadata })),
      );
      await producer.commit();
    }
    logger.info({ processor, from, to, positions: committed.length }, 'changed the number of tasks');
  } finally {
    await Promise.all([admin.close(), ...producers.map((producer) => producer.close())]);
  }
};
