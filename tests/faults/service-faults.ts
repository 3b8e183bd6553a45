import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { integerBetween, type Random } from '@marketing-streams/domain/simulation/random';
import { type FailPoint, TRANSACTION_FAIL_POINTS } from '@marketing-streams/platform/fail-points';
import { API_KEYS } from '@marketing-streams/stream/testing/kafka-proxy';
import { SERVICE_NAMES, type ServiceName } from '../src/harness/service-process.ts';
import type { FaultRig } from './rig.ts';

/** One thing that goes wrong; resolves when what was hit is up again. `struck` tells the moment it went wrong. */
export type Fault = { readonly name: string; readonly strike: (struck: () => void) => Promise<void> };

/** What can be hit. */
type Target = Pick<FaultRig, 'pipeline' | 'proxies' | 'random'>;

const PROCESSORS = ['silver', 'gold', 'scorer', 'gold-publisher'] as const;

/** Those, and the live aggregation where it runs. */
const processorsOf = ({ further }: Target['pipeline']): readonly ServiceName[] => [
  ...PROCESSORS,
  ...further.filter((name) => name === 'live'),
];

const SINKS = ['bronze', 'silver', 'gold', 'scorer'] as const;
const SINK_FAIL_POINTS: readonly FailPoint[] = ['between-parquet-and-delta-commit', 'after-delta-commit'];

/** A fail point is passed some times before it strikes: a few transactions, commits of a table, steps of a merge. */
const MOST_PASSES = { transaction: 12, sink: 3, merge: 18 };

/** A table has to gather small files before they are merged. */
const MERGE_WITHIN_MILLISECONDS = 180_000;

/** What a service keeps below the state folder. */
export type Keeper = { readonly service: ServiceName; readonly folder: string };

/** The live aggregation's state, and that of what counts its segments. */
export const LIVE_STATE: readonly Keeper[] = [
  { service: 'live', folder: 'live-customers' },
  { service: 'gold', folder: 'segment-sizes' },
];

/** Folders below the state folder that a service can lose while it is down, and come back from without. */
const losableState = ({ further }: Target['pipeline']): readonly Keeper[] => [
  ...(further.includes('live') ? LIVE_STATE : []),
  ...PROCESSORS.map((service) => ({ service, folder: service })),
  ...SINKS.filter((service) => service !== 'bronze').map((service) => ({
    service,
    folder: join('table-index', service === 'scorer' ? 'gold' : service),
  })),
];

/** The given in an order that the random numbers decide. */
export const shuffled = <Item>(items: readonly Item[], random: Random): Item[] => {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = integerBetween(random, 0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
};

/** Each service ends as by `kill -9`, in the midst of whatever it is doing. */
export const plainKills = ({ pipeline }: Target): readonly Fault[] =>
  [...SERVICE_NAMES, ...pipeline.further].map((name) => ({
    name: `${name} is killed`,
    strike: () => pipeline.services[name].kill(),
  }));

const killAt = (
  { pipeline, random }: Target,
  name: ServiceName,
  at: FailPoint,
  mostPasses: number,
  withinMilliseconds?: number,
): Fault => {
  const count = integerBetween(random, 1, mostPasses);
  return {
    name: `${name} dies ${at} (time ${count})`,
    strike: (struck) =>
      pipeline.services[name].killAt(
        { at, count },
        { onDeath: struck, ...(withinMilliseconds === undefined ? {} : { withinMilliseconds }) },
      ),
  };
};

/** Each processor dies at every boundary of a transaction. */
export const transactionKills = (target: Target): readonly Fault[] =>
  processorsOf(target.pipeline).flatMap((name) =>
    TRANSACTION_FAIL_POINTS.map((at) => killAt(target, name, at, MOST_PASSES.transaction)),
  );

/** Each writer of tables dies on both sides of a commit. */
export const commitKills = (target: Target): readonly Fault[] =>
  SINKS.flatMap((name) => SINK_FAIL_POINTS.map((at) => killAt(target, name, at, MOST_PASSES.sink)));

/**
 * Tables that grow with every record, and so have small files to merge soon; the rows of a few hundred customers are
 * replaced before.
 */
const MERGING = ['bronze', 'silver'] as const;

/** Each of those dies while small files are merged, somewhere on the way. */
export const mergeKills = (target: Target): readonly Fault[] =>
  MERGING.map((name) =>
    killAt(target, name, 'during-compaction', MOST_PASSES.merge, MERGE_WITHIN_MILLISECONDS),
  );

/** Each processor dies while it makes up for what its state lacks, before or after what it makes up is written. */
export const restoreKills = ({ pipeline, random }: Target): readonly Fault[] =>
  processorsOf(pipeline).map((name) => {
    const behind = {
      at: 'after-commit-before-state',
      count: integerBetween(random, 1, MOST_PASSES.transaction),
    } as const;
    const restoring = { at: 'during-restore', count: integerBetween(random, 1, 2) } as const;
    return {
      name: `${name} dies during-restore (time ${restoring.count})`,
      strike: (struck) => pipeline.services[name].killAt([behind, restoring], { onDeath: struck }),
    };
  });

/** Each processor loses its state, and dies while it is rebuilt. */
export const rebuildKills = ({ pipeline }: Target): readonly Fault[] =>
  processorsOf(pipeline).map((name) => ({
    name: `${name} loses its state and dies during-rebuild`,
    strike: (struck) =>
      pipeline.services[name].killAt(
        { at: 'during-rebuild', count: 1 },
        {
          onDeath: struck,
          whileDown: () =>
            rmSync(join(pipeline.stateDirectory, name === 'live' ? 'live-customers' : name), {
              recursive: true,
              force: true,
            }),
        },
      ),
  }));

/** Each folder of state is gone when its service comes back. */
export const losses = ({ pipeline }: Target): readonly Fault[] =>
  losableState(pipeline).map(({ service, folder }) => ({
    name: `${service} loses ${folder}`,
    strike: () =>
      pipeline.services[service].kill(() =>
        rmSync(join(pipeline.stateDirectory, folder), { recursive: true, force: true }),
      ),
  }));

/** Each proxied service never hears of a commit that the broker has made. */
export const unheardCommits = ({ proxies }: Target): readonly Fault[] =>
  [...proxies].map(([name, proxy]) => ({
    name: `${name} does not hear that its transaction ended`,
    strike: async (struck) => {
      await proxy.cutNextResponse(API_KEYS.EndTxn);
      struck();
    },
  }));
