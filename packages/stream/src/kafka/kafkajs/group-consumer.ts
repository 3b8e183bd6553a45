import { setTimeout as delay } from 'node:timers/promises';
import { isPlatformError, messageOf } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import type { GroupConsumer, GroupConsumerOptions, Position } from '../api.ts';
import { type ConnectionOptions, createConnection } from './connection.ts';
import { protocolErrorOf, toPlatformError } from './errors.ts';
import { type FetchLoop, startFetchLoop } from './fetch-loop.ts';
import { createMember, type Membership } from './membership.ts';

/*
 * One turn of the consumer: join → `onAssigned` → fetch until the assignment is over → `onRevoked` → join again.
 *
 * kafkajs's own consumer fetches before anybody has said from where, and sends heartbeats only between two
 * fetches, so that an idle member with a short session is thrown out. Here nothing is fetched before
 * `onAssigned` has given the positions, heartbeats have their own socket and timer from the join on, and the
 * group is joined again only after `onRevoked`, so that no two generations overlap inside a process.
 */

const SESSION_TIMEOUT_MILLISECONDS = 3_000;
const PACE_MILLISECONDS = 12;
const FIRST_BACKOFF_MILLISECONDS = 100;
/** What is lost at most when a broker is back: a knock costs nobody anything. */
const LONGEST_BACKOFF_MILLISECONDS = 500;

/** Answers to a join that only mean: once more. */
const JOIN_AGAIN = new Set(['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION']);

/** Starts a member of a consumer group, see `GroupConsumer`. */
export const createGroupConsumer = (
  connectionOptions: ConnectionOptions,
  options: GroupConsumerOptions,
): GroupConsumer => {
  const { groupId } = options;
  const logger: Logger = connectionOptions.logger.child({ group: groupId });
  const groupConnection = createConnection(connectionOptions);
  const fetchConnection = createConnection(connectionOptions);
  const member = createMember({
    connection: groupConnection,
    groupId,
    topics: options.topics,
    assignor: options.assignor,
    sessionTimeoutMilliseconds: options.sessionTimeoutMilliseconds ?? SESSION_TIMEOUT_MILLISECONDS,
    memberFolder: options.memberFolder,
  });
  const closing = new AbortController();
  let turn = new AbortController();
  let loop: FetchLoop | undefined;
  let problem: string | null = 'joining the group';
  let isJoining = false;

  const positionsFor = async (membership: Membership, signal: AbortSignal): Promise<readonly Position[]> => {
    for (let wait = FIRST_BACKOFF_MILLISECONDS; ; wait = Math.min(wait * 2, LONGEST_BACKOFF_MILLISECONDS)) {
      try {
        return await options.onAssigned({ partitions: membership.partitions, signal });
      } catch (error) {
        if (signal.aborted || !isPlatformError(error) || !error.retriable) throw error;
        problem = error.message;
        logger.warn({ code: error.code }, `preparing the assignment: ${error.message}`);
        await delay(wait, undefined, { signal });
      }
    }
  };

  const serve = async (membership: Membership, signal: AbortSignal): Promise<void> => {
    problem = 'preparing the assignment';
    const positions = await positionsFor(membership, signal);
    if (signal.aborted) return;
    problem = null;
    loop = startFetchLoop({
      connection: fetchConnection,
      limits: {
        maxWaitMilliseconds: options.maxWaitMilliseconds ?? 5_000,
        maxBytes: options.maxBytes ?? 8 * 1024 * 1024,
        maxBytesPerPartition: options.maxBytesPerPartition ?? 2 * 1024 * 1024,
      },
      paceMilliseconds: options.paceMilliseconds ?? PACE_MILLISECONDS,
      positions,
      onFetched: options.onFetched,
      signal,
    });
    await loop.done;
  };

  /** One membership from the join to its end; rejects with what ended it, if that was an error. */
  const takeTurn = async (): Promise<void> => {
    isJoining = true;
    const membership = await member.join().finally(() => {
      isJoining = false;
    });
    turn = new AbortController();
    const { signal } = turn;
    const { generation, partitions } = membership;
    logger.info({ generation, partitions: partitions.length }, 'joined the group');
    const heartbeats = member.keepAlive(generation, signal).then((reason) => {
      if (!signal.aborted) logger.info({ generation, reason }, 'the assignment is over');
      turn.abort();
    });
    try {
      await serve(membership, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      loop = undefined;
      problem ??= 'rebalancing';
      turn.abort();
      await heartbeats;
      await options.onRevoked();
    }
  };

  const run = async (): Promise<void> => {
    let wait = FIRST_BACKOFF_MILLISECONDS;
    while (!closing.signal.aborted) {
      const started = Date.now();
      try {
        await takeTurn();
        wait = FIRST_BACKOFF_MILLISECONDS;
      } catch (error) {
        if (closing.signal.aborted) return;
        const type = protocolErrorOf(error);
        if (type !== undefined && JOIN_AGAIN.has(type)) continue;
        const told = toPlatformError(error, `consuming as ${groupId}`);
        if (!isPlatformError(told, 'KAFKA_UNAVAILABLE', 'NOT_FOUND', 'FENCED')) throw told;
        problem = told.message;
        logger.warn({ code: told.code }, told.message);
        // A broker that answers, only not to this yet (its coordinators are loading), is as good as back.
        if (type !== undefined || Date.now() - started > LONGEST_BACKOFF_MILLISECONDS)
          wait = FIRST_BACKOFF_MILLISECONDS;
        await delay(wait, undefined, { signal: closing.signal }).catch(() => {});
        wait = Math.min(wait * 2, LONGEST_BACKOFF_MILLISECONDS);
        await Promise.all([groupConnection.forget(), fetchConnection.forget()]).catch(() => {});
      }
    }
  };

  const ended = run().catch(async (error: unknown) => {
    problem = `stopped: ${messageOf(error)}`;
    await member.leave();
    options.onError(error);
  });

  return {
    seek: (positions) => loop?.seek(positions),
    rejoin: () => turn.abort(),
    problem: () => problem,
    close: async () => {
      closing.abort();
      turn.abort();
      // A join is answered only when all members have joined: nobody waits for that here.
      if (isJoining) await groupConnection.forget().catch(() => {});
      await ended;
      await member.leave();
      await Promise.all([groupConnection.close(), fetchConnection.close()]);
      problem = 'closed';
    },
  };
};
