import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Admin, KafkaClient } from '../kafka/api.ts';
import type { Pipeline } from '../pipeline.ts';
import type { ProcessorDefinition } from '../processor.ts';
import type { DeadLetterOutput, TransactionLimits } from '../runtime-options.ts';
import type { TaskMetrics } from './task-metrics.ts';

/** All that one task of a processor needs to know; the same for as long as the process runs. */
export type TaskSetup = {
  readonly definition: ProcessorDefinition;
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  readonly kafka: KafkaClient;
  readonly admin: Admin;
  readonly deadLetters: DeadLetterOutput;
  readonly service: string;
  readonly clusterId: string;
  readonly task: number;
  readonly tasks: number;
  /** Partitions of every input topic. */
  readonly partitionCount: number;
  /** Numbers of the partitions the task owns. */
  readonly partitions: readonly number[];
  /** The task's partitions of all input topics, in the order in which records are taken. */
  readonly inputs: readonly TopicPartition[];
  /** Folder of the task's store. */
  readonly folder: string;
  readonly limits: TransactionLimits;
  readonly metrics: TaskMetrics;
  readonly logger: Logger;
};

/** Awaits what the pipelines need before records of their topics are stepped through. */
export const prepareRecords = async (
  pipelines: ReadonlyMap<string, Pipeline>,
  runs: readonly (readonly KafkaRecord[])[],
): Promise<void> => {
  for (const records of runs) {
    const [first] = records;
    if (first !== undefined) await pipelines.get(first.topic)?.prepare(records);
  }
};
