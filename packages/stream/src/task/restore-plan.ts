import type { TopicPartition } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { CommittedPosition, Position } from '../kafka/api.ts';
import type { ProcessorDefinition } from '../processor.ts';
import type { StoreMeta } from '../state/store-meta.ts';
import { newestNote, type TransactionNote } from './transaction-note.ts';

/** What is known when a task has fenced its former owner. */
export type RestoreFacts = {
  readonly processor: string;
  readonly tasks: number;
  readonly partitionCount: number;
  readonly clusterId: string;
  readonly ruleVersion: string;
  /** The store's own word; null when there is none. */
  readonly meta: StoreMeta | null;
  readonly inputs: readonly TopicPartition[];
  readonly committed: readonly CommittedPosition[];
  /** First offsets held and ends of the inputs' partitions. */
  readonly beginnings: ReadonlyMap<string, number>;
  readonly ends: ReadonlyMap<string, number>;
  /**
   * Why only the last transaction can be folded again: what came of others depends on more than their inputs.
   * Null when folding any of them gives the state.
   */
  readonly whyOnlyExact: string | null;
  /** The state can be filled from compacted topics. */
  readonly canRebuild: boolean;
  /** Topics other than inputs that a rebuild reads hold records. */
  readonly hasOwnRows: boolean;
};

export type FoldRange = Position & { readonly to: number };

/** How a task's state gets to where its committed positions are. */
export type RestorePlan = {
  /** Where the task goes on, per input partition. */
  readonly positions: readonly Position[];
  /** Inputs that were deleted from the topic before they were read. */
  readonly lost: readonly FoldRange[];
  readonly note: TransactionNote | null;
} & (
  | { readonly kind: 'start' }
  | { readonly kind: 'ready' }
  /** `exact`: the ranges are one transaction, of which the note tells clock and timers. */
  | { readonly kind: 'fold'; readonly ranges: readonly FoldRange[]; readonly exact: boolean }
  | { readonly kind: 'rebuild'; readonly reason: string }
);

/**
 * See `RestoreFacts.whyOnlyExact`. Compaction takes records away, and with them what a processor counted by
 * them; one that can be rebuilt from the topics it reads is rebuilt instead of folding what is left of them.
 */
export const whyOnlyExact = ({ timers, rebuild, pipelines }: ProcessorDefinition): string | null => {
  if (timers?.some(({ clock }) => clock === 'wall-clock') === true) return 'timers ran meanwhile';
  const readsInputs = rebuild?.sources.some(({ topic }) => pipelines.some((one) => one.topic === topic));
  return readsInputs === true ? 'the inputs may have been compacted meanwhile' : null;
};

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const refuseChangedTasks = (facts: RestoreFacts, note: TransactionNote | null): void => {
  const former = facts.meta?.tasks ?? note?.tasks;
  if (former === undefined || former === facts.tasks) return;
  throw new PlatformError(
    'TASKS_CHANGED',
    `${facts.processor} was run with TASKS=${former} and is now started with TASKS=${facts.tasks}: ` +
      `set TASKS back to ${former}, or stop all its processes and run migrate-tasks`,
    { details: { field: 'tasks', value: facts.tasks } },
  );
};

const refuseChangedPartitions = ({ processor, meta, partitionCount }: RestoreFacts): void => {
  if (meta === null || meta.partitions === partitionCount) return;
  throw new PlatformError(
    'CONFIG_INVALID',
    `the input topics of ${processor} had ${meta.partitions} partitions and now have ${partitionCount}: ` +
      'keys are on other partitions than their state',
    { details: { field: 'partitions', value: partitionCount } },
  );
};

const refuseBeyondEnd = (facts: RestoreFacts): void => {
  for (const position of facts.committed) {
    const end = facts.ends.get(keyOf(position));
    if (end === undefined || position.offset <= end) continue;
    throw new PlatformError(
      'STATE_CONFLICT',
      `group ${facts.processor} is at ${keyOf(position)}/${position.offset}, but the topic ends at ${end}: ` +
        'it was deleted and made again; delete the group to begin anew',
    );
  }
};

/** Why the stored state cannot be used; null when it can. */
const whyUseless = (facts: RestoreFacts, meta: StoreMeta | null, committed: ReadonlyMap<string, number>) => {
  if (meta === null) return 'there is no state';
  if (!meta.complete) return 'the last rebuild was not finished';
  if (meta.cluster_id !== facts.clusterId) return 'the state belongs to another cluster';
  if (meta.rule_version !== facts.ruleVersion) {
    return `the rules changed from ${meta.rule_version} to ${facts.ruleVersion}`;
  }
  for (const [key, offset] of committed) {
    if ((meta.offsets[key] ?? 0) > offset) return `the state is ahead of the committed position of ${key}`;
  }
  return null;
};

/**
 * Decides, from what is known after fencing, how a task comes back. Pure.
 * Throws TASKS_CHANGED, CONFIG_INVALID (other number of partitions), STATE_CONFLICT (topic made again).
 */
export const planRestore = (facts: RestoreFacts): RestorePlan => {
  const { meta, inputs, beginnings } = facts;
  const ofThisCluster = meta !== null && meta.cluster_id === facts.clusterId ? meta : null;
  const note = newestNote(facts.committed.map(({ metadata }) => metadata));
  refuseChangedTasks(facts, note);
  refuseChangedPartitions(facts);
  refuseBeyondEnd(facts);
  const committed = new Map(facts.committed.map((position) => [keyOf(position), position.offset]));
  const lost: FoldRange[] = [];
  const positions = inputs.map(({ topic, partition }) => {
    const key = keyOf({ topic, partition });
    const beginning = beginnings.get(key) ?? 0;
    const offset = committed.get(key) ?? ofThisCluster?.offsets[key] ?? beginning;
    if (offset < beginning) lost.push({ topic, partition, offset, to: beginning });
    return { topic, partition, offset: Math.max(offset, beginning) };
  });
  const plan = { positions, lost, note };
  if (committed.size === 0 && ofThisCluster === null && !facts.hasOwnRows) return { ...plan, kind: 'start' };
  const reason = whyUseless(facts, meta, committed);
  if (reason !== null || meta === null)
    return { ...plan, kind: 'rebuild', reason: reason ?? 'there is no state' };
  const ranges = positions
    .map(({ topic, partition, offset }) => {
      const key = keyOf({ topic, partition });
      return { topic, partition, offset: meta.offsets[key] ?? beginnings.get(key) ?? 0, to: offset };
    })
    .filter(({ offset, to }) => offset < to);
  const exact = note !== null && note.transaction === meta.transaction + 1;
  const isBehind = note !== null && note.transaction > meta.transaction;
  if (ranges.length === 0 && !isBehind) return { ...plan, kind: 'ready' };
  if (!exact && facts.canRebuild && (note?.refusals ?? 0) !== (meta.refusals ?? 0)) {
    return { ...plan, kind: 'rebuild', reason: 'records were refused meanwhile, and which is not known' };
  }
  if (!exact && facts.whyOnlyExact !== null) return { ...plan, kind: 'rebuild', reason: facts.whyOnlyExact };
  if (ranges.some((range) => range.offset < (beginnings.get(keyOf(range)) ?? 0))) {
    return { ...plan, kind: 'rebuild', reason: 'the topics no longer hold what the state lacks' };
  }
  return { ...plan, kind: 'fold', ranges, exact };
};
