import { PlatformError } from '@marketing-streams/platform/errors';
import type { Position, RangeReader, TransactionalProducer } from '../kafka/api.ts';
import type { Rebuild } from '../processor.ts';
import { stateVersion } from '../state/state-codec.ts';
import { isHeldByStoppedProcess } from '../state/store-holder.ts';
import { canLockStore } from '../state/store-lock.ts';
import type { StoreMeta, StoreOwner } from '../state/store-meta.ts';
import { openTaskStore, removeTaskStore, type TaskStore } from '../state/task-store.ts';
import { foldAgain } from './fold-again.ts';
import {
  loadSources,
  positionsAfterRebuild,
  publishDifferences,
  type Snapshot,
  takeSnapshot,
  upToPositions,
} from './rebuild.ts';
import { planRestore, type RestorePlan, whyOnlyExact } from './restore-plan.ts';
import type { TaskSetup } from './task-setup.ts';
import { encodeNote } from './transaction-note.ts';

/** A task that is this process's: its producer, and its state at its positions. */
export type OwnedTask = {
  readonly producer: TransactionalProducer;
  readonly store: TaskStore;
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
    ruleVersion: stateVersion(definition.ruleVersion, definition.state),
    meta,
    inputs,
    committed,
    beginnings: byPlace(beginnings),
    ends: byPlace(ends),
    whyOnlyExact: whyOnlyExact(definition),
    canRebuild: definition.rebuild !== undefined,
    hasOwnRows:
      meta === null && committed.length === 0 && own.length > 0 && hasRecords(await takeSnapshot(setup, own)),
  };
};

/** What restoring needs. */
type Restoring = {
  readonly setup: TaskSetup;
  readonly store: TaskStore;
  readonly producer: TransactionalProducer;
  readonly owner: StoreOwner;
  readonly plan: RestorePlan;
  readonly beginnings: ReadonlyMap<string, number>;
  readonly reader: RangeReader;
  readonly signal: AbortSignal;
};

type Restored = { readonly meta: StoreMeta; readonly positions: readonly Position[] };

const settle = (store: TaskStore, meta: StoreMeta): StoreMeta => {
  store.write(new Map(), meta, store.meta());
  return meta;
};

/** Folds everything the inputs still hold, from their beginning. */
const refold = async (restoring: Restoring, fresh: StoreMeta): Promise<Restored> => {
  const { setup, store, plan, beginnings, reader, signal } = restoring;
  const ranges = plan.positions.map(({ topic, partition, offset }) => {
    const from = beginnings.get(`${topic}/${partition}`) ?? 0;
    return { topic, partition, offset: from, to: offset };
  });
  const meta = { ...fresh, offsets: Object.fromEntries(byPlace(ranges)), complete: false };
  store.clear(meta);
  const folded = await foldAgain(
    setup,
    store,
    reader,
    { meta, ranges, exact: false, note: plan.note },
    signal,
  );
  const { offsets } = fresh;
  return { meta: settle(store, { ...folded, offsets, complete: true }), positions: plan.positions };
};

/** Fills the state from compacted topics and publishes what differs from the task's own rows. */
const rebuildFrom = async (restoring: Restoring, rebuild: Rebuild, fresh: StoreMeta): Promise<Restored> => {
  const { setup, store, plan, producer, reader, signal } = restoring;
  const empty = { ...fresh, complete: false };
  store.clear(empty);
  const topics = [...rebuild.sources, ...rebuild.comparisons].map(({ topic }) => topic);
  const snapshot = upToPositions(await takeSnapshot(setup, topics), rebuild, plan.positions);
  const from = { rebuild, logger: setup.logger };
  const loaded = await loadSources(from, snapshot, { store, meta: empty }, reader, signal);
  for (const [code, records] of loaded.skipped) setup.metrics.skipped(code, records);
  const positions = positionsAfterRebuild(plan.positions, rebuild, snapshot);
  const now = Date.now();
  const transaction = fresh.transaction + 1;
  const refusals = fresh.refusals ?? 0;
  const metadata = encodeNote({ tasks: setup.tasks, transaction, now, timers: [], refused: [], refusals });
  const published = await publishDifferences(
    setup,
    rebuild,
    { state: readOnly(store), now, partitions: setup.partitions },
    snapshot,
    producer,
    reader,
    positions.map((position) => ({ ...position, metadata })),
    signal,
  );
  setup.logger.info({ published }, 'published what differed');
  const offsets = Object.fromEntries(byPlace(positions));
  const meta = { ...empty, offsets, transaction, stream_time: loaded.streamTime, complete: true };
  return { meta: settle(store, meta), positions };
};

/** Brings the state to where the plan says; gives its meta and where the task goes on. */
const restore = async (restoring: Restoring): Promise<Restored> => {
  const { setup, store, owner, plan, reader, signal } = restoring;
  const { definition, logger } = setup;
  const { positions, note } = plan;
  const stored = store.meta();
  const fresh: StoreMeta = {
    cluster_id: setup.clusterId,
    tasks: setup.tasks,
    partitions: setup.partitionCount,
    rule_version: stateVersion(definition.ruleVersion, definition.state),
    owner,
    offsets: Object.fromEntries(byPlace(positions)),
    transaction: note?.transaction ?? 0,
    refusals: note?.refusals ?? 0,
    stream_time: 0,
    timers: {},
    complete: true,
  };
  if (plan.kind === 'start') {
    store.clear(fresh);
    return { meta: fresh, positions };
  }
  if (plan.kind !== 'rebuild' && stored !== null) {
    const { offsets } = fresh;
    if (plan.kind === 'ready') return { meta: settle(store, { ...stored, owner, offsets }), positions };
    const { ranges, exact } = plan;
    logger.info({ ranges, exact }, 'folding inputs again that the state lacks');
    const meta = { ...stored, owner };
    const folded = await foldAgain(setup, store, reader, { meta, ranges, exact, note }, signal);
    const transaction = note?.transaction ?? folded.transaction;
    const refusals = note?.refusals ?? folded.refusals ?? 0;
    return { meta: settle(store, { ...folded, offsets, transaction, refusals }), positions };
  }
  const started = performance.now();
  logger.warn({ reason: plan.kind === 'rebuild' ? plan.reason : plan.kind }, 'rebuilding the state');
  const { rebuild } = definition;
  const restored = await (rebuild === undefined
    ? refold(restoring, fresh)
    : rebuildFrom(restoring, rebuild, fresh));
  logger.info({ seconds: (performance.now() - started) / 1000 }, 'the state is rebuilt');
  return restored;
};

const readOnly = (store: TaskStore) => {
  const refuse = (): never => {
    throw new PlatformError('INTERNAL', 'a comparison must not change the state');
  };
  return {
    get: <Value>(key: string) => store.get(key) as Value | undefined,
    put: refuse,
    remove: refuse,
    range: <Value>(prefix: string, after?: string) =>
      store.range(prefix, after) as Iterable<readonly [string, Value]>,
  };
};

/**
 * The task's store, claimed for the producer. A process that was stopped in the middle of a write holds the store's
 * lock for as long as it exists: its files are then left to it, and the state is rebuilt in new ones.
 */
const claimStore = async (
  { folder, definition, logger }: TaskSetup,
  opened: TaskStore | null,
  owner: StoreOwner,
): Promise<TaskStore> => {
  if (opened === null && isHeldByStoppedProcess(folder) && !(await canLockStore(folder))) {
    logger.error({ folder }, 'the former owner was stopped while it wrote to the store: giving the store up');
    await removeTaskStore(folder);
  }
  const store = opened ?? openTaskStore(folder, definition.state);
  try {
    await store.claim(owner);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
};

/**
 * The one way into processing, at the start and after anything went wrong: fence the former owner, then read
 * the committed positions, then bring the state there, publishing nothing. `opened` is the store when this
 * process has it open from before; it is closed when the task could not be taken over.
 * Rejects with FENCED when somebody owns the task since, with a retriable code when it may be tried again,
 * with anything else when the process has to end.
 */
export const takeOwnership = async (
  setup: TaskSetup,
  opened: TaskStore | null,
  signal: AbortSignal,
): Promise<OwnedTask> => {
  const { kafka, definition, task, logger } = setup;
  const producer = kafka.transactionalProducer({ transactionalId: `${definition.name}-${task}` });
  const reader = kafka.rangeReader();
  let store = opened;
  try {
    const { producerId, epoch } = await producer.init();
    const owner = { producer_id: producerId, epoch };
    const claimed = claimStore(setup, store, owner);
    store = null;
    store = await claimed;
    const facts = await gatherFacts(setup, store);
    const plan = planRestore(facts);
    setup.metrics.restored(plan.kind);
    for (const { topic, partition, offset, to } of plan.lost) {
      logger.error(
        { topic, partition, offset, to },
        'inputs were deleted by retention before they were read',
      );
    }
    const { beginnings } = facts;
    const restored = await restore({ setup, store, producer, owner, plan, beginnings, reader, signal });
    return { producer, store, ...restored };
  } catch (error) {
    await Promise.all([producer.close(), store?.close()]);
    throw error;
  } finally {
    await reader.close();
  }
};
