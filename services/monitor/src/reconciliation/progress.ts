import { INPUT_TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { messageOf } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Admin } from '@marketing-streams/stream/kafka/api';

/** What both sides have taken, and what came of it, as far as this process has seen it. */
export type Settled = {
  /** Next offset by `topic/partition` of the input topics: everything before it has gone all the way. */
  readonly before: ReadonlyMap<string, number>;
  /** When that was known, wall clock. */
  readonly at: number;
};

/** A group that has to read what some topics held before the next stage's topics are looked at. */
type Stage = { readonly group: string; readonly topics: readonly TopicName[] };

/** Watches how far both sides have come, while somebody wants to know. */
export type Progress = {
  /** Says whether differences wait for an answer; without any nothing is asked of Kafka. */
  readonly want: (wanted: boolean) => void;
  /** The newest that is known; null before the first. */
  readonly latest: () => Settled | null;
  readonly stop: () => Promise<void>;
};

/** The group that compares; its own positions are the end of all ways. */
export const RECONCILIATION_GROUP = 'reconciliation';

const LIVE_GROUP = 'live-customers';

/** Gold's way: what silver refuses is on the dead-letter queue when it has moved past it. */
const GOLD_WAY: readonly Stage[] = [
  { group: 'silver', topics: INPUT_TOPICS },
  { group: 'silver', topics: ['silver.repartition.v1'] },
  { group: 'gold', topics: ['silver.customers.v1', 'silver.orders.v1', 'silver.activations.v1'] },
];

const LIVE_WAY: readonly Stage[] = [
  { group: LIVE_GROUP, topics: INPUT_TOPICS },
  { group: LIVE_GROUP, topics: ['live.repartition.v1'] },
];

const LAST_STAGE: Stage = {
  group: RECONCILIATION_GROUP,
  topics: [...INPUT_TOPICS, 'dead-letter-queue', 'gold.customer_360.v1', 'dom.customer.consolidated.v1'],
};

const ASK_EVERY_MILLISECONDS = 500;

/** Asked so often without anybody in the group (a minute), `live` does not run any more: ksqlDB has taken over. */
const LIVE_IS_GONE_AFTER = 120;

const nameOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string =>
  `${topic}/${partition}`;

/**
 * True when a group's committed positions have reached the ends. A pending transaction leaves the answer open, which
 * is no.
 */
const hasPassed = async (
  admin: Admin,
  group: string,
  ends: Awaited<ReturnType<Admin['endOffsets']>>,
): Promise<boolean> => {
  const committed = new Map(
    (await admin.committedPositions(group, ends)).map((one) => [nameOf(one), one.offset] as const),
  );
  return ends.every((end) => end.offset <= (committed.get(nameOf(end)) ?? 0));
};

/**
 * Follows what lies on the inputs now all the way through both sides to this processor, stage by stage: a stage's
 * topics are looked at when the stage before has read its own, so they hold all that came of it. Resolves with the
 * ends it began at, or null when it was stopped. ksqlDB's groups have names of its own, so where no `live` has run its
 * way is not waited for, and for long not where it runs no more.
 */
export const followThrough = async (
  admin: Admin,
  pause: () => Promise<boolean>,
): Promise<ReadonlyMap<string, number> | null> => {
  const begun = await admin.endOffsets(INPUT_TOPICS);
  const isLiveHere = (await admin.committedPositions(LIVE_GROUP, begun)).length > 0;
  let absent = 0;
  for (const { group, topics } of [...GOLD_WAY, ...(isLiveHere ? LIVE_WAY : []), LAST_STAGE]) {
    const ends = topics === INPUT_TOPICS ? begun : await admin.endOffsets(topics);
    while (!(await hasPassed(admin, group, ends))) {
      if (group === LIVE_GROUP) absent = (await admin.hasMembers(group)) ? 0 : absent + 1;
      if (group === LIVE_GROUP && absent > LIVE_IS_GONE_AFTER) break;
      if (!(await pause())) return null;
    }
  }
  return new Map(begun.map((end) => [nameOf(end), end.offset]));
};

/** Begins to watch; nothing is asked before somebody wants it. */
export const watchProgress = (openAdmin: () => Admin, logger: Logger): Progress => {
  let wanted = false;
  let stopped = false;
  let settled: Settled | null = null;
  let wake = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;

  const pause = async (): Promise<boolean> => {
    const slept = Promise.withResolvers<void>();
    timer = setTimeout(slept.resolve, ASK_EVERY_MILLISECONDS);
    await Promise.race([slept.promise, stop.promise]);
    clearTimeout(timer);
    return wanted && !stopped;
  };
  const stop = Promise.withResolvers<void>();

  const watch = async (): Promise<void> => {
    while (!stopped) {
      if (!wanted) {
        await Promise.race([wake.promise, stop.promise]);
        wake = Promise.withResolvers();
        continue;
      }
      const admin = openAdmin();
      try {
        while (wanted && !stopped) {
          const before = await followThrough(admin, pause);
          if (before !== null) settled = { before, at: Date.now() };
          await pause();
        }
      } catch (error) {
        logger.debug(`how far both sides have come is not known: ${messageOf(error)}`);
        await pause();
      } finally {
        await admin.close().catch(() => {});
      }
    }
  };
  const watching = watch();

  return {
    want: (now) => {
      wanted = now;
      if (now) wake.resolve();
    },
    latest: () => settled,
    stop: async () => {
      stopped = true;
      stop.resolve();
      await watching;
    },
  };
};
