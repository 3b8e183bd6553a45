import { createRandom, integerBetween } from '@marketing-streams/domain/simulation/random';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { warmUp } from './backlog.ts';
import { backlogProfile, createBacklog, type Totals } from './backlog-records.ts';
import { publishAtOnce, runBacklog } from './backlog-run.ts';
import { type Metric, rounded } from './metric.ts';
import type { Rig } from './rig.ts';
import { PROCESSES, WORKERS } from './rig-processes.ts';
import { cpuSecondsOf } from './thread-meter.ts';

/** Customers touched by each measured backlog: as many at every size, so that as much is coalesced. */
const TOUCHED = 10_000;
const ORDERS = 40_000;
const ACTIVATIONS = 20_000;

/** Profiles of one transaction of the preload. */
const PRELOAD_AT_ONCE = 50_000;
const PRELOAD_WITHIN_MILLISECONDS = 900_000;

/** Of the cost at the largest population beside that at the smallest; flat but for noise. */
const GOAL_GROWTH = 1.2;
const RESOLUTION_GROWTH = 0.15;

/** 10000 → `10k`. */
export const sizeName = (count: number): string =>
  count >= 1e6 ? `${count / 1e6}M` : count >= 1e3 ? `${count / 1e3}k` : String(count);

const idOf = (index: number): string => `curve-${index}`;

/** So many different customers of a population, the same on every run. */
export const chosenOf = (population: number, count: number, seed: number): readonly string[] => {
  if (count >= population) return Array.from({ length: population }, (_, index) => idOf(index));
  const random = createRandom(seed);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(integerBetween(random, 0, population - 1));
  return [...chosen].map(idOf);
};

const preload = async (
  { access }: Rig,
  from: number,
  to: number,
  say: (text: string) => void,
): Promise<void> => {
  for (let begin = from; begin < to; begin += PRELOAD_AT_ONCE) {
    const end = Math.min(to, begin + PRELOAD_AT_ONCE);
    const profiles = function* (): Iterable<OutgoingRecord> {
      for (let index = begin; index < end; index++) {
        yield backlogProfile(access.inputs, idOf(index), Date.now());
      }
    };
    await publishAtOnce(access, profiles());
    await access.caughtUp(PRELOAD_WITHIN_MILLISECONDS);
    say(`  ${sizeName(end)} customers are there`);
  }
};

/**
 * The cost of an event by the number of customers there are: to each population the same backlog comes, for 10,000
 * customers chosen all over it. The populations grow, so that one rig serves them all.
 */
export const measureCurve = async (
  rig: Rig,
  populations: readonly number[],
  say: (text: string) => void,
): Promise<readonly Metric[]> => {
  const metrics: Metric[] = [];
  const costs: number[] = [];
  const totals = new Map<string, Totals>();
  let present = 0;
  await warmUp(rig);
  for (const population of populations.toSorted((a, b) => a - b)) {
    await preload(rig, present, population, say);
    present = population;
    const ids = chosenOf(population, TOUCHED, population);
    const size = { customers: ids.length, orders: ORDERS, activations: ACTIVATIONS };
    const { metered } = await runBacklog(
      rig,
      createBacklog(rig.access.inputs, size, population, { ids, totals }),
    );
    const microseconds = (names: readonly (typeof PROCESSES)[number][]): number =>
      names.reduce((sum, name) => sum + cpuSecondsOf(metered[name].shares), 0) /
      ((ORDERS + ACTIVATIONS) / 1e6);
    costs.push(microseconds(WORKERS));
    const one = (name: string, value: number): Metric => ({
      name: `curve.${sizeName(population)}.${name}_us`,
      value: rounded(value),
      unit: 'µs/event',
      better: 'info',
    });
    metrics.push(
      { ...one('workers', costs.at(-1)!), better: 'lower', isCpuBound: true, resolution: 5 },
      ...PROCESSES.map((name) => one(name, microseconds([name]))),
    );
    say(`  ${sizeName(population)} customers: ${costs.at(-1)!.toFixed(1)} µs an event`);
  }
  return [
    {
      name: 'curve.largest_over_smallest',
      value: rounded(costs.at(-1)! / costs[0]!),
      unit: 'times',
      better: 'lower',
      goal: GOAL_GROWTH,
      resolution: RESOLUTION_GROWTH,
    },
    ...metrics,
  ];
};
