import type { TopicPartition } from '@marketing-streams/contracts/record';
import { messageOf, PlatformError } from '@marketing-streams/platform/errors';
import { createRouteWriter, type RouteWriter } from './sink/route-writer.ts';
import type { CreateTableSink, SinkLimits, SinkRoute } from './sink-types.ts';

const DEFAULT_LIMITS: SinkLimits = {
  rows: 20_000,
  bytes: 24 * 1024 * 1024,
  milliseconds: 1000,
  longestMilliseconds: 2000,
  backlogMilliseconds: 5000,
};

/** LMDB tells of a full disk in words only. */
const NO_SPACE = /no space left on device|ENOSPC/i;

const asPlatformError = (error: unknown): PlatformError => {
  if (error instanceof PlatformError) return error;
  const message = messageOf(error);
  return new PlatformError(NO_SPACE.test(message) ? 'DISK_FULL' : 'INTERNAL', message, { cause: error });
};

type Flow = { readonly route: SinkRoute; readonly writer: RouteWriter };

/** Materialises topics in tables, exactly once; see `TableSink` for the contract. */
export const createTableSink: CreateTableSink = (options) => {
  const limits: SinkLimits = { ...DEFAULT_LIMITS, ...options.limits };
  let failure: PlatformError | null = null;
  let positionsKnown = false;
  /** Counts resets; a write that began before one must not go on after it. */
  let generation = 0;
  let resetting: Promise<unknown> | null = null;

  const fail = (error: unknown, table: string | null): PlatformError => {
    if (failure !== null) return failure;
    failure = asPlatformError(error);
    generation++;
    options.logger?.error({ err: failure, code: failure.code, table }, 'the table sink stopped');
    for (const { writer } of flows) void writer.drop();
    options.onError?.(failure, table);
    return failure;
  };

  const flows: readonly Flow[] = options.routes.map((route) => ({
    route,
    writer: createRouteWriter({
      route,
      clusterId: options.clusterId,
      limits,
      onCommit: options.onCommit,
      onFailure: (error) => void fail(error, route.table.name),
    }),
  }));
  const byTopic = new Map(flows.flatMap((flow) => flow.route.topics.map((topic) => [topic, flow] as const)));

  if (byTopic.size < options.routes.flatMap(({ topics }) => topics).length) {
    throw new TypeError('a topic is routed to two tables');
  }

  const flowOf = (topic: string): Flow => {
    const flow = byTopic.get(topic);
    if (flow === undefined) throw new PlatformError('INTERNAL', `topic ${topic} has no table`);
    return flow;
  };

  const flush = async (): Promise<void> => {
    if (failure !== null) throw failure;
    const results = await Promise.allSettled(flows.map(({ writer }) => writer.flush()));
    for (const [number, result] of results.entries()) {
      if (result.status === 'rejected') throw fail(result.reason, flows[number]?.route.table.name ?? null);
    }
    if (failure !== null) throw failure;
  };

  const reset = async (partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, number>> => {
    // Writes under way stop here: what they still hold is read again from the positions given out now.
    generation++;
    // A failed flush has been reported by `fail`; the logs say what was committed.
    await flush().catch(() => {});
    for (const { writer } of flows) await writer.drop();
    const positions = new Map<string, number>();
    for (const { route, writer } of flows) {
      const own = partitions.filter(({ topic }) => route.topics.includes(topic));
      for (const [place, offset] of await writer.load(own)) positions.set(place, offset);
    }
    failure = null;
    positionsKnown = true;
    return positions;
  };

  return {
    positions: async (partitions) => {
      while (resetting !== null) await resetting;
      const running = reset(partitions);
      resetting = running.catch(() => {});
      try {
        return await running;
      } finally {
        resetting = null;
      }
    },
    write: async (records) => {
      while (resetting !== null) await resetting;
      if (failure !== null) throw failure;
      if (!positionsKnown) throw new PlatformError('INTERNAL', 'ask for positions before the first write');
      const began = generation;
      for (const record of records) {
        // A new assignment came meanwhile: its positions make the consumer read these records again.
        if (generation !== began) break;
        const { route, writer } = flowOf(record.topic);
        try {
          const room = writer.accept(record);
          if (room !== undefined) await room;
        } catch (error) {
          throw fail(error, route.table.name);
        }
      }
      if (failure !== null) throw failure;
    },
    flush,
    progress: () => flows.flatMap(({ writer }) => writer.progress()),
    close: async () => {
      try {
        await flush();
      } finally {
        for (const { writer } of flows) await writer.drop();
      }
    },
  };
};
