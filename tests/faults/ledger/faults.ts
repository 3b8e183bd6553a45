import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { integerBetween, type Random } from '@marketing-streams/domain/simulation/random';
import type { EmbeddedStack } from '@marketing-streams/embedded/stack';
import type { FailPoint } from '@marketing-streams/platform/fail-points';
import { API_KEYS, type KafkaProxy } from '@marketing-streams/stream/testing/kafka-proxy';
import type { Pipeline } from '../../src/harness/pipeline.ts';
import { SERVICE_NAMES, type ServiceName } from '../../src/harness/service-process.ts';

/** One thing that goes wrong; resolves when what was hit is well again. */
export type Fault = { readonly name: string; readonly strike: () => Promise<void> };

/** What can be hit. */
export type FaultTargets = {
  readonly pipeline: Pipeline;
  readonly stack: EmbeddedStack;
  /** Relays between single services and Kafka. */
  readonly proxies: ReadonlyMap<ServiceName, KafkaProxy>;
};

const PROCESSORS = ['silver', 'gold', 'scorer', 'gold-publisher'] as const;
const TRANSACTION_FAIL_POINTS: readonly FailPoint[] = [
  'after-send',
  'before-commit',
  'after-commit-before-state',
  'after-state',
];

const SINKS = ['bronze', 'silver', 'gold', 'scorer'] as const;
const SINK_FAIL_POINTS: readonly FailPoint[] = ['between-parquet-and-delta-commit', 'after-delta-commit'];

/** Folders below the state folder that a service can lose while it is down, and come back from without. */
const LOSABLE_STATE: readonly { readonly service: ServiceName; readonly folder: string }[] = [
  { service: 'silver', folder: 'silver' },
  { service: 'gold', folder: 'gold' },
  { service: 'scorer', folder: 'scorer' },
  { service: 'gold-publisher', folder: 'gold-publisher' },
  { service: 'silver', folder: 'table-index' },
];

/** A fail point is passed some times before it strikes: a few transactions, or a few commits of a table. */
const MOST_PASSES = { transaction: 12, sink: 3 };

const CUTS_PER_PROXY = 3;

const shuffled = <Item>(items: readonly Item[], random: Random): Item[] => {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = integerBetween(random, 0, last);
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
};

/**
 * Everything that goes wrong with the given services, in an order that the random numbers decide: each is killed
 * at once, at every fail point it has, without its state, and with the answer to a commit lost.
 */
export const serviceFaults = (
  names: readonly ServiceName[],
  { pipeline, proxies }: FaultTargets,
  random: Random,
): readonly Fault[] => {
  const isOurs = (name: ServiceName): boolean => names.includes(name);
  const killAt = (name: ServiceName, at: FailPoint, mostPasses: number): Fault => {
    const count = integerBetween(random, 1, mostPasses);
    return {
      name: `${name} dies ${at} (time ${count})`,
      strike: () => pipeline.services[name].killAt({ at, count }),
    };
  };
  return shuffled(
    [
      ...SERVICE_NAMES.filter(isOurs).map(
        (name): Fault => ({ name: `${name} is killed`, strike: () => pipeline.services[name].kill() }),
      ),
      ...PROCESSORS.filter(isOurs).flatMap((name) =>
        TRANSACTION_FAIL_POINTS.map((at) => killAt(name, at, MOST_PASSES.transaction)),
      ),
      ...SINKS.filter(isOurs).flatMap((name) =>
        SINK_FAIL_POINTS.map((at) => killAt(name, at, MOST_PASSES.sink)),
      ),
      ...LOSABLE_STATE.filter(({ service }) => isOurs(service)).map(
        ({ service, folder }): Fault => ({
          name: `${service} loses ${folder}`,
          strike: () =>
            pipeline.services[service].kill(() =>
              rmSync(join(pipeline.stateDirectory, folder), { recursive: true, force: true }),
            ),
        }),
      ),
      ...[...proxies]
        .filter(([name]) => isOurs(name))
        .flatMap(([name, proxy]) =>
          Array.from(
            { length: CUTS_PER_PROXY },
            (): Fault => ({
              name: `${name} does not hear that its transaction ended`,
              strike: () => proxy.cutNextResponse(API_KEYS.EndTxn),
            }),
          ),
        ),
    ],
    random,
  );
};

/** The broker is killed and comes back with what it had written. */
export const brokerFault = ({ stack }: FaultTargets): Fault => ({
  name: 'Kafka is killed',
  strike: async () => {
    await stack.parts.kafka.kill();
    await stack.parts.kafka.start();
  },
});
