import { setTimeout as delay } from 'node:timers/promises';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { INPUT_TOPICS } from '@marketing-streams/contracts/topics';
import { messageOf } from '@marketing-streams/platform/errors';
import type { Admin, KafkaClient, Position } from '@marketing-streams/stream/kafka/api';
import { lagOf, type Offsets, settledPositions, tablePositions } from '../src/harness/caught-up.ts';
import type { FurtherServiceName } from '../src/harness/service-process.ts';
import { TABLE_TOPICS, VIEW_TOPICS } from '../src/harness/topology.ts';
import type { ViewStore } from '../src/harness/view-positions.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import type { Drive } from './ledger/drive.ts';

/*
 * Lag zero while traffic runs. A pipeline that is fed all the time is never at the very end of its topics, so "no
 * record waits" is no condition to wait for. What is waited for: everything that the input topics held at one
 * moment has gone all the way, hop by hop (when silver is past it, its outputs are in silver's topics; what those
 * hold then has to be read by gold; and so on), and that took no longer than it takes when nothing is wrong, again
 * and again for a second.
 */

/** What was written to these topics has to be read by these groups. */
type Hop = { readonly topics: readonly TopicName[]; readonly groups: readonly string[] };

const HOPS: readonly Hop[] = [
  { topics: INPUT_TOPICS, groups: ['silver'] },
  { topics: ['silver.repartition.v1'], groups: ['silver'] },
  { topics: ['silver.customers.v1', 'silver.orders.v1', 'silver.activations.v1'], groups: ['gold'] },
  { topics: ['gold.customer_360.v1'], groups: ['scorer', 'gold-publisher'] },
  { topics: ['dom.propensity.score.v1'], groups: ['gold-publisher'] },
];

/** Those of the live aggregation, which go on beside the others. */
const LIVE_HOPS: readonly Hop[] = [
  { topics: INPUT_TOPICS, groups: ['live-customers'] },
  { topics: ['live.repartition.v1'], groups: ['live-customers'] },
  { topics: ['dom.segment.materialized.v1'], groups: ['gold-publisher'] },
];

/** How often positions are looked at: the resolution of the figures. */
const LOOK_EVERY_MILLISECONDS = 25;
const RECOVERED_WITHIN_MILLISECONDS = 180_000;
const STAYS_FOR_MILLISECONDS = 1_000;
const UNDISTURBED_PASSES = 5;
/** A busy machine is no fault: a pass counts as undisturbed up to this many times the usual, and this long. */
const SLOWER_IS_USUAL = 3;
const SHORTEST_ALLOWANCE_MILLISECONDS = 750;

/** Where all that is asked of the positions is to be had. */
export type LagSources = {
  readonly kafka: KafkaClient;
  readonly view: ViewStore;
  readonly deltaDirectory: string;
  /** Services besides those that every pipeline has. */
  readonly further: readonly FurtherServiceName[];
  readonly drive: Pick<Drive, 'behind'>;
  /** Records per second; the driver itself is behind when more than half a second of them waits. */
  readonly rate: number;
};

/** Waits for lag zero. */
export type LagZero = {
  /**
   * Resolves when the topics' readers (all groups, the web app's view) have been at lag zero for a while; gives the
   * time, of `performance.now`, at which they came to it.
   */
  readonly streams: () => Promise<number>;
  /** Resolves when every table holds what its topic held at the time of the call. */
  readonly tables: () => Promise<void>;
  /** Resolves when the web app's view holds what its topics held at the time of the call. */
  readonly view: () => Promise<void>;
};

/** Resolves to false when the deadline (of `performance.now`) came first. */
const reach = async (
  kafka: KafkaClient,
  reader: string,
  ends: readonly Position[],
  positions: () => Promise<Offsets>,
  deadline: number,
): Promise<boolean> => {
  for (;;) {
    const problem = await lagOf(kafka, reader, ends, await positions());
    if (problem === null) return true;
    if (performance.now() > deadline) return false;
    await delay(LOOK_EVERY_MILLISECONDS);
  }
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Follows what the inputs hold now through all hops; false when the deadline came first. */
const pass = async (
  { kafka, view, further }: LagSources,
  admin: Admin,
  deadline: number,
): Promise<boolean> => {
  for (const { topics, groups } of further.includes('live') ? [...LIVE_HOPS, ...HOPS] : HOPS) {
    const ends = await admin.endOffsets(topics);
    for (const group of groups) {
      const committed = (): Promise<Offsets> => settledPositions(admin, group, ends);
      if (!(await reach(kafka, group, ends, committed, deadline))) return false;
    }
  }
  return reach(kafka, 'the view', await admin.endOffsets(VIEW_TOPICS), view.positions, deadline);
};

/** Measures how long a pass takes while nothing is wrong, traffic running, and gives what waits for that again. */
export const createLagZero = async (sources: LagSources): Promise<LagZero> => {
  const { kafka, view, deltaDirectory, drive, rate } = sources;

  /** Milliseconds of a pass, null when it took longer than allowed. */
  const timedPass = async (allowance: number): Promise<number | null> => {
    const admin = kafka.admin();
    try {
      const begun = performance.now();
      if (!(await pass(sources, admin, begun + allowance))) return null;
      const took = performance.now() - begun;
      return took <= allowance ? took : null;
    } finally {
      await admin.close();
    }
  };

  const undisturbed: number[] = [];
  while (undisturbed.length < UNDISTURBED_PASSES) {
    const took = await timedPass(RECOVERED_WITHIN_MILLISECONDS);
    if (took === null) throw new Error('the pipeline does not keep up with the traffic even without a fault');
    undisturbed.push(took);
  }
  const allowance = Math.max(SHORTEST_ALLOWANCE_MILLISECONDS, SLOWER_IS_USUAL * median(undisturbed));

  /**
   * The time (of `performance.now`) at which an undisturbed pass ended that was followed by nothing but such passes
   * for a while: right after a fault a pass may slip through before anybody has noticed. Else what was wrong.
   */
  const whenReached = async (): Promise<number | string> => {
    let reached: number | null = null;
    do {
      if ((await timedPass(allowance)) === null) {
        return `not all that was sent went all the way within ${Math.round(allowance)} ms`;
      }
      reached ??= performance.now();
    } while (performance.now() - reached < STAYS_FOR_MILLISECONDS);
    return reached;
  };

  /** Waits for what the topics hold at the time of the call. */
  const holds = async (
    what: string,
    topics: readonly TopicName[],
    lag: (ends: readonly Position[]) => Promise<string | null>,
  ): Promise<void> => {
    const admin = kafka.admin();
    try {
      const ends = await admin.endOffsets(topics);
      await waitUntil(what, () => lag(ends), RECOVERED_WITHIN_MILLISECONDS, LOOK_EVERY_MILLISECONDS);
    } finally {
      await admin.close();
    }
  };

  return {
    streams: async () => {
      const waiting = performance.now();
      for (;;) {
        const problem =
          drive.behind() > rate / 2
            ? `the driver is ${drive.behind()} records behind`
            : await whenReached().catch(messageOf);
        if (typeof problem === 'number') return problem;
        if (performance.now() - waiting > RECOVERED_WITHIN_MILLISECONDS) {
          throw new Error(`no lag zero within ${RECOVERED_WITHIN_MILLISECONDS / 1000} s: ${problem}`);
        }
        await delay(LOOK_EVERY_MILLISECONDS);
      }
    },
    tables: () =>
      holds('every table holds its topic', Object.values(TABLE_TOPICS), async (ends) => {
        for (const [table, topic] of Object.entries(TABLE_TOPICS)) {
          const own = ends.filter((end) => end.topic === topic);
          const positions = await tablePositions(deltaDirectory, table);
          const lag = await lagOf(kafka, `table ${table}`, own, positions);
          if (lag !== null) return lag;
        }
        return null;
      }),
    view: () =>
      holds('the view holds its topics', VIEW_TOPICS, async (ends) =>
        lagOf(kafka, 'the view', ends, await view.positions()),
      ),
  };
};
