import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { commonPartitionCount, createTaskAssignor, partitionsOfTask, taskOf } from './assignor.ts';
import type { Assignment, FetchedPartition, Position } from './kafka/api.ts';
import type { ProcessorDefinition } from './processor.ts';
import type { ProcessorRuntime, RunningProcessor, TransactionLimits } from './runtime-options.ts';
import { startTask, type Task } from './task/task.ts';
import { createTaskMetrics } from './task/task-metrics.ts';
import type { TaskSetup } from './task/task-setup.ts';

/*
 * The exactly-once runtime. What it promises: every input is reflected in state and outputs exactly once, for
 * read_committed readers, whatever dies at whatever moment; an outage is waited out and never skips a record.
 *
 * ## Tasks
 * Task t of T owns the partitions p with p mod T = t of every input topic, a transactional producer
 * (`<processor>-<t>`), a state store, and its place in the input: the group's committed positions. The group
 * hands out whole tasks (`assignor.ts`). T is stored with state and positions and cannot change under way,
 * because a former owner of the third of three tasks knows nothing of an owner of the second of two.
 *
 * ## Taking over (`task/take-ownership.ts`)
 * 1. *Fence*: InitProducerId makes every former producer of the task useless and settles its transaction.
 * 2. *Claim* the store for this life of the producer: a process that was stopped and wakes cannot write.
 * 3. *Read* the committed positions: only now, since only now nobody can move them any more.
 * 4. *Restore*: the store says which positions it reflects. The inputs from there to the committed positions
 *    are folded again in mode `restore`, publishing nothing. A store that is missing, unfinished, of another
 *    cluster or of other rules is rebuilt (`task/rebuild.ts`).
 *
 * ## Processing (`task/task.ts`, `task/transaction.ts`)
 * What has been fetched becomes a *draft*: records go through the steps, one after the other, on an overlay of
 * the state. Nothing is on the wire and nothing is durable yet, so whatever a step throws costs nothing. Then
 * begin → outputs and dead letters, positions with a note → commit → state. Fetching goes on meanwhile. There is
 * no linger: the commit comes as soon as the records at hand are done, so batches are small when there is
 * little and large when there is much. Only a backlog is gathered (`task/gather.ts`). Long work is done in turns
 * (`task/turns.ts`), so that a large transaction does not cost the membership.
 *
 * ## Recovering
 * Any error on the wire leads to the same place: throw the producer away and take over anew. That is right for
 * an abort (positions have not moved, the buffered records are stepped through again), for a commit whose answer
 * was lost (positions may have moved, then the state is folded up to them and the buffer dropped up to them) and
 * for everything between. FENCED means that somebody else took over: the member joins the group again, which
 * decides whose the task is.
 *
 * ## Folding identically
 * State depends on the order of records, the wall clock and timers. Within a transaction the order is a function
 * of its records (`task/merge-order.ts`), and clock, timers and number of the last transaction are noted in the
 * metadata of the committed positions. The store lags by one transaction at most when a process dies, so that
 * its fold is exact.
 *
 * ## Rebalancing
 * An assignment ends by its signal. A task gives up a draft then, but finishes a transaction that is begun: a
 * later owner fences it before reading positions, so that either all of it counts or none. The group is joined
 * again only when all tasks have ended.
 */

const DEFAULT_LIMITS: TransactionLimits = { records: 50_000, bytes: 48 * 1024 * 1024, milliseconds: 5_000 };

type Tasks = Map<number, Task>;

/**
 * Runs a processor until it is stopped. Resolves once it is set up; it then joins its group and waits for
 * Kafka by itself. Rejects with CONFIG_INVALID when its topics do not fit together.
 */
export const runProcessor = async (
  definition: ProcessorDefinition,
  runtime: ProcessorRuntime,
): Promise<RunningProcessor> => {
  const { kafka, tasks: taskCount, metrics } = runtime;
  const logger = runtime.logger.child({ processor: definition.name });
  const folder = join(runtime.stateDir, definition.name);
  const topics = definition.pipelines.map(({ topic }) => topic);
  const pipelines = new Map(definition.pipelines.map((pipeline) => [pipeline.topic, pipeline]));
  if (pipelines.size !== topics.length) {
    throw new PlatformError('CONFIG_INVALID', `${definition.name} has two pipelines for one topic`);
  }
  const { backlog } = definition;
  const limits = {
    ...DEFAULT_LIMITS,
    ...(backlog === undefined ? {} : { records: backlog.records }),
    ...runtime.limits,
  };
  mkdirSync(folder, { recursive: true });
  const admin = kafka.admin();
  let tasks: Tasks = new Map();
  let failure: unknown = null;

  const setupOf = (task: number, partitionCount: number, clusterId: string): TaskSetup => {
    const partitions = partitionsOfTask(task, taskCount, partitionCount);
    return {
      definition,
      pipelines,
      kafka,
      admin,
      deadLetters: runtime.deadLetters,
      service: runtime.service,
      clusterId,
      task,
      tasks: taskCount,
      partitionCount,
      partitions,
      inputs: topics.flatMap((topic) => partitions.map((partition) => ({ topic, partition }))),
      folder: join(folder, String(task)),
      limits,
      metrics: createTaskMetrics(metrics, definition.name, task),
      logger: logger.child({ task }),
    };
  };

  const fail = (error: unknown): void => {
    if (failure !== null) return;
    failure = error;
    void consumer.close();
    if (runtime.onError !== undefined) runtime.onError(error);
    else
      setImmediate(() => {
        throw error;
      });
  };

  const onAssigned = async ({ partitions, signal }: Assignment): Promise<readonly Position[]> => {
    await endTasks();
    const partitionCount = commonPartitionCount(await admin.partitionsOf(topics));
    const clusterId = await admin.clusterId();
    const numbers = [...new Set(partitions.map(({ partition }) => taskOf(partition, taskCount)))].sort();
    // A failed attempt must not leave its siblings running: each has its own end besides the assignment's.
    const attempt = new AbortController();
    const either = AbortSignal.any([signal, attempt.signal]);
    const events = {
      onFatal: fail,
      onFenced: (error: PlatformError) => {
        logger.warn({ code: error.code }, `${error.message}: joining the group again`);
        consumer.rejoin();
      },
    };
    const started = await Promise.allSettled(
      numbers.map(async (task) => {
        const running = await startTask(setupOf(task, partitionCount, clusterId), either, events);
        return [task, running] as const;
      }),
    );
    tasks = new Map(started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed !== undefined) {
      attempt.abort();
      await endTasks();
      throw failed.reason;
    }
    return [...tasks.values()].flatMap((task) => task.positions);
  };

  const endTasks = async (): Promise<void> => {
    await Promise.all([...tasks.values()].map((task) => task.ended));
    tasks = new Map();
  };

  const onFetched = async (fetched: readonly FetchedPartition[]): Promise<void> => {
    for (const piece of fetched) tasks.get(taskOf(piece.partition, taskCount))?.push(piece);
    await Promise.all([...tasks.values()].map((task) => task.room()));
  };

  const consumer = kafka.groupConsumer({
    groupId: definition.name,
    topics,
    assignor: createTaskAssignor(taskCount),
    onAssigned,
    onFetched,
    onRevoked: endTasks,
    onError: fail,
    ...(definition.paceMilliseconds === undefined ? {} : { paceMilliseconds: definition.paceMilliseconds }),
    memberFolder: join(folder, 'members'),
    ...(runtime.sessionTimeoutMilliseconds === undefined
      ? {}
      : { sessionTimeoutMilliseconds: runtime.sessionTimeoutMilliseconds }),
  });

  return {
    ready: () => {
      if (failure !== null) return failure instanceof Error ? failure.message : String(failure);
      const problem = consumer.problem();
      if (problem !== null) return problem;
      const troubled = [...tasks].find(([, task]) => task.problem() !== null);
      return troubled === undefined ? null : `task ${troubled[0]}: ${troubled[1].problem()}`;
    },
    stop: async () => {
      await consumer.close();
      await endTasks();
      await admin.close();
    },
  };
};
