import { PlatformError } from '@marketing-streams/platform/errors';
import type { Position, RangeReader, TransactionalProducer } from '../kafka/api.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import type { TaskStore } from '../state/task-store.ts';
import { foldAgain } from './fold-again.ts';
import {
  loadSources,
  positionsAfterRebuild,
  publishDifferences,
  type Snapshot,
  takeSnapshot,
} from './rebuild.ts';
import { planRestore, type RestorePlan } from './restore-plan.ts';
import type { TaskSetup } from './task-setup.ts';
import { encodeNote } from './transaction-note.ts';

/** A task that is this process's: its producer, and its state at its positions. */
export type OwnedTask = {
  readonly producer: TransactionalProducer;
  readonly meta: StoreMeta;
  readonly positions: readonly Position[];
};

const byPlace = (positions: readonly Position[]): Map<string, number> =>
  new Map(positions.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));

const hasRecords = (snapshot: Snapshot): boolean =>
  [...snapshot.values()].some((ranges) => ranges.some(({ from, to }) => from < to));

/** Topics a rebuild reads that are no inputs: the task's own rows. */
const ownSources = ({ definition, pipelines }: TaskSetup): string[] =>
  (definition.rebuild?.sources ?? []).map(({ topic }) => topic).filter((topic) => !pipelines.has(topic));

const gatherFacts = async (setup: TaskSetup, store: TaskStore) => {
  const { definition, inputs } = setup;
  const topics = definition.pipelines.map(({ topic }) => topic);
  const own = ownSources(setup);
  const [committed, beginnings, ends] = await Promise.all([
    setup.admin.committedPositions(definition.name, inputs),
    setup.admin.beginningOffsets(topics),
    setup.admin.endOffsets(topics),
  ]);
  const meta = store.meta();
  return {
    processor: definition.name,
    tasks: setup.tasks,
    partitionCount: setup.partitionCount,
    clusterId: setup.clusterId,
    ruleVersion: definition.ruleVersion,
    meta,
    inputs,
    committed,
    beginnings: byPlace(beginnings),
    ends: byPlace(ends),
    hasWallClockTimers: (definition.timers ?? []).some(({ clock }) => clock === 'wall-clock'),
    hasOwnRows:
      meta === null && committed.length === 0 && own.length > 0 && hasRecords(await takeSnapshot(setup, own)),
  };
};

/** Brings the state to where the plan says; gives its meta and where the task goes on. */
const restore = async (
  setup: TaskSetup,
  store: TaskStore,
  producer: TransactionalProducer,
  owner: StoreMeta['owner'],
  plan: RestorePlan,
  beginnings: ReadonlyMap<string, number>,
  reader: RangeReader,
  signal: AbortSignal,
): Promise<{ readonly meta: StoreMeta; readonly positions: readonly Position[] }> => {
  const { definition, logger } = setup;
  const { positions, note } = plan;
  const stored = store.meta();
  const fresh: StoreMeta = {
    cluster_id: setup.clusterId,
    tasks: setup.tasks,
    partitions: setup.partitionCount,
    rule_version: definition.ruleVersion,
    owner,
    offsets: Object.fromEntries(byPlace(positions)),
    transaction: note?.transaction ?? 0,
    stream_time: 0,
    timers: {},
    complete: true,
  };
  const settle = (meta: StoreMeta): StoreMeta => {
    store.write(new Map(), meta, store.meta());
    return meta;
  };
  if (plan.kind === 'start') {
    store.clear(fresh);
    return { meta: fresh, positions };
  }
  if (plan.kind === 'ready' && stored !== null)
    return { meta: settle({ ...stored, owner, offsets: fresh.offsets }), positions };
  if (plan.kind === 'fold' && stored !== null) {
    const { ranges, exact } = plan;
    logger.info({ ranges, exact }, 'folding inputs again that the state lacks');
    const folded = await foldAgain(
      setup,
      store,
      reader,
      { meta: { ...stored, owner }, ranges, exact, note },
      signal,
    );
    const transaction = note?.transaction ?? folded.transaction;
    return { meta: settle({ ...folded, offsets: fresh.offsets, transaction }), positions };
  }
  const reason = plan.kind === 'rebuild' ? plan.reason : 'there is no state';
  logger.warn({ reason }, 'rebuilding the state');
  const started = performance.now();
  const { rebuild } = definition;
  if (rebuild === undefined) {
    const ranges = positions.map(({ topic, partition, offset }) => {
      const key = `${topic}/${partition}`;
      return { topic, partition, offset: beginnings.get(key) ?? 0, to: offset };
    });
    const empty = { ...fresh, offsets: Object.fromEntries(byPlace(ranges)), complete: false };
    store.clear(empty);
    const folded = await foldAgain(setup, store, reader, { meta: empty, ranges, exact: false, note }, signal);
    const meta = settle({ ...folded, offsets: fresh.offsets, complete: true });
    logger.info({ seconds: (performance.now() - started) / 1000 }, 'folded all inputs again');
    return { meta, positions };
  }
  const empty = { ...fresh, complete: false };
  store.clear(empty);
  const topics = [...rebuild.sources, ...rebuild.comparisons].map(({ topic }) => topic);
  const snapshot = await takeSnapshot(setup, topics);
  const streamTime = await loadSources(rebuild, snapshot, store, empty, reader, signal);
  const after = positionsAfterRebuild(positions, rebuild, snapshot);
  const now = Date.now();
  const transaction = fresh.transaction + 1;
  const metadata = encodeNote({ tasks: setup.tasks, transaction, now, timers: [], refused: [] });
  const context = { state: { ...readOnly(store) }, now, partitions: setup.partitions };
  const published = await publishDifferences(
    setup,
    rebuild,
    context,
    snapshot,
    producer,
    reader,
    after.map((position) => ({ ...position, metadata })),
    signal,
  );
  const meta = settle({
    ...empty,
    offsets: Object.fromEntries(byPlace(after)),
    transaction,
    stream_time: streamTime,
    complete: true,
  });
  logger.info({ published, seconds: (performance.now() - started) / 1000 }, 'rebuilt the state');
  return { meta, positions: after };
};

const readOnly = (store: TaskStore) => {
  const refuse = (): never => {
    throw new PlatformError('INTERNAL', 'a comparison must not change the state');
  };
  return {
    get: <Value>(key: string) => store.get(key) as Value | undefined,
    put: refuse,
    remove: refuse,
    range: <Value>(prefix: string) => store.range(prefix) as Iterable<readonly [string, Value]>,
  };
};

/**
 * The one way into processing, at the start and after anything went wrong: fence the former owner, then read
 * the committed positions, then bring the state there, publishing nothing.
 * Rejects with FENCED when somebody owns the task since, with a retriable code when it may be tried again
 * (the producer is closed then), with anything else when the process has to end.
 */
export const takeOwnership = async (
  setup: TaskSetup,
  store: TaskStore,
  signal: AbortSignal,
): Promise<OwnedTask> => {
  const { kafka, definition, task, logger } = setup;
  const producer = kafka.transactionalProducer({ transactionalId: `${definition.name}-${task}` });
  const reader = kafka.rangeReader();
  try {
    const { producerId, epoch } = await producer.init();
    const owner = { producer_id: producerId, epoch };
    await store.claim(owner);
    const facts = await gatherFacts(setup, store);
    const plan = planRestore(facts);
    for (const { topic, partition, offset, to } of plan.lost) {
      logger.error(
        { topic, partition, offset, to },
        'inputs were deleted by retention before they were read',
      );
    }
    const { meta, positions } = await restore(
      setup,
      store,
      producer,
      owner,
      plan,
      facts.beginnings,
      reader,
      signal,
    );
    return { producer, meta, positions };
  } catch (error) {
    await producer.close();
    throw error;
  } finally {
    await reader.close();
  }
};
