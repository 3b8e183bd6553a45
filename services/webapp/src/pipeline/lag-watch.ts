import { setTimeout as delay } from 'node:timers/promises';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import { isPlatformError, messageOf } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { Admin, KafkaClient, Position } from '@marketing-streams/stream/kafka/api';
import { type HopMemory, type HopState, remember, stateOf } from './hop-state.ts';
import type { Hop } from './hops.ts';
import { createGapReader, type Gap, type Unread } from './unread-records.ts';

/** How far behind a hop is. */
export type HopLag = Unread & {
  readonly hop: Hop;
  readonly state: HopState;
  /** Records read per second since the last look; transaction markers between them are counted too. */
  readonly rate: number;
};

export type PipelineLag = {
  /** When Kafka was asked, epoch milliseconds. */
  readonly at: number;
  readonly hops: readonly HopLag[];
  /** Topics that hold nothing at all. */
  readonly emptyTopics: ReadonlySet<string>;
};

/** Watches the lag of all hops while somebody wants to know; without any nothing is asked of Kafka. */
export type LagWatch = {
  /** The newest that is known, null before the first look; keeps the watch going for some seconds. */
  readonly latest: () => PipelineLag | null;
  /** As `latest`, but waits a little for one that is fresh; what is known when there is none. */
  readonly fresh: () => Promise<PipelineLag | null>;
  /** Why the last look failed; null when it did not. */
  readonly problem: () => string | null;
  readonly stop: () => Promise<void>;
};

export type LagWatchParts = {
  readonly kafka: Pick<KafkaClient, 'admin' | 'rangeReader'>;
  readonly hops: readonly Hop[];
  readonly logger: Logger;
  /** Called after each look. */
  readonly onLook: () => void;
};

const LOOK_EVERY_MILLISECONDS = 1_000;
/** How long a question keeps the watch going. */
const WANTED_MILLISECONDS = 5_000;
/** How long a page waits for figures that are not older than two looks. */
const PATIENCE_MILLISECONDS = 1_500;
/** The first look connects first. */
const FIRST_PATIENCE_MILLISECONDS = 4_000;
const LOOK_TIMEOUT_MILLISECONDS = 5_000;

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

type Standing = { readonly hasMembers: boolean; readonly positions: ReadonlyMap<string, number> };

/** A watch that looks once a second while it is asked. */
export const startLagWatch = ({ kafka, hops, logger, onLook }: LagWatchParts): LagWatch => {
  const gapReader = createGapReader(kafka);
  const topics = [...new Set(hops.flatMap(({ reads }) => reads))];
  const memories = new Map<string, HopMemory>();
  const standings = new Map<string, Standing>();
  let admin: Admin | undefined;
  let latest: PipelineLag | null = null;
  let problem: string | null = null;
  let wantedUntil = 0;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  /** Where a hop is; where it was last while a transaction of it is pending. */
  const standingOf = async (asked: Admin, { group }: Hop, own: readonly Position[]): Promise<Standing> => {
    try {
      const [hasMembers, committed] = await Promise.all([
        asked.hasMembers(group),
        asked.committedPositions(group, own),
      ]);
      const positions = new Map(committed.map((position) => [placeOf(position), position.offset]));
      const standing = { hasMembers, positions };
      standings.set(group, standing);
      return standing;
    } catch (error) {
      const known = standings.get(group);
      if (known === undefined || !isPlatformError(error, 'KAFKA_UNAVAILABLE')) throw error;
      return known;
    }
  };

  const look = async (): Promise<void> => {
    admin ??= kafka.admin();
    const asked = admin;
    const [ends, beginnings] = await Promise.all([asked.endOffsets(topics), asked.beginningOffsets(topics)]);
    const beginning = new Map(beginnings.map((position) => [placeOf(position), position.offset]));
    const at = Date.now();
    const stands = await Promise.all(
      hops.map(async (hop) => {
        const own = ends.filter(({ topic }) => hop.reads.includes(topic));
        return { hop, own, ...(await standingOf(asked, hop, own)) };
      }),
    );
    const gapsOf = stands.map(({ own, positions }) =>
      own.map(({ topic, partition, offset }): Gap => {
        const first = beginning.get(placeOf({ topic, partition })) ?? 0;
        const from = Math.max(first, positions.get(placeOf({ topic, partition })) ?? first);
        return { topic, partition, from: Math.min(from, offset), to: offset };
      }),
    );
    const unread = await gapReader.read(gapsOf, AbortSignal.timeout(LOOK_TIMEOUT_MILLISECONDS));
    const lags = stands.map(({ hop, hasMembers, positions }, number): HopLag => {
      const memory = remember(memories.get(hop.group), {
        at,
        hasMembers,
        hasPositions: positions.size > 0,
        position: gapsOf[number]!.reduce((sum, { from }) => sum + from, 0),
        unread: unread[number]!.records,
      });
      memories.set(hop.group, memory);
      return { hop, ...unread[number]!, state: stateOf(memory), rate: memory.rate };
    });
    const full = new Set(
      ends.filter((end) => end.offset > (beginning.get(placeOf(end)) ?? 0)).map(({ topic }) => topic),
    );
    latest = { at, hops: lags, emptyTopics: new Set(topics.filter((topic) => !full.has(topic))) };
  };

  const failed = (reason: string): void => {
    if (problem === null && !stopped) logger.warn({ reason }, 'the lag of the pipeline is not known');
    problem = reason;
  };
  const lookOnce = async (): Promise<void> => {
    // A look that hangs is not begun again: it ends first when Kafka is back.
    looking ??= look()
      .then(() => {
        problem = null;
      })
      .catch((error: unknown) => failed(messageOf(error)))
      .finally(() => {
        looking = undefined;
      });
    const late = delay(LOOK_TIMEOUT_MILLISECONDS, 'late' as const, { ref: false });
    if ((await Promise.race([looking, late])) === 'late')
      failed(`Kafka has not answered within ${LOOK_TIMEOUT_MILLISECONDS} ms`);
    if (!stopped) onLook();
  };

  const keepLooking = (): void => {
    if (timer !== undefined || stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (performance.now() > wantedUntil) return;
      void lookOnce().then(keepLooking);
    }, LOOK_EVERY_MILLISECONDS);
  };

  const want = (): void => {
    wantedUntil = performance.now() + WANTED_MILLISECONDS;
    keepLooking();
  };
  const isFresh = (): boolean => latest !== null && Date.now() - latest.at < 2 * LOOK_EVERY_MILLISECONDS;

  return {
    latest: () => {
      want();
      return latest;
    },
    fresh: async () => {
      want();
      if (!isFresh()) {
        const patience = latest === null ? FIRST_PATIENCE_MILLISECONDS : PATIENCE_MILLISECONDS;
        await Promise.race([lookOnce(), delay(patience, undefined, { ref: false })]);
      }
      return latest;
    },
    problem: () => problem,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      // What is under way ends with its connection.
      await Promise.all([gapReader.close(), admin?.close()]);
    },
  };
};
