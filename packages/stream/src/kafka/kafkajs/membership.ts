import { setTimeout as delay } from 'node:timers/promises';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import kafkajs from 'kafkajs';
import type { Assignor } from '../api.ts';
import type { Connection } from './connection.ts';
import { protocolErrorOf, toPlatformError } from './errors.ts';
import { createMemberNotes } from './member-notes.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export type MembershipOptions = {
  readonly connection: Connection;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly assignor: Assignor;
  readonly sessionTimeoutMilliseconds: number;
  readonly memberFolder: string | undefined;
};

/** One membership: what this member got in one generation of its group. */
export type Membership = { readonly partitions: readonly TopicPartition[]; readonly generation: number };

/** The classic group protocol: join, sync, heartbeat, leave. Rejects with kafkajs's errors unless told. */
export type Member = {
  readonly join: () => Promise<Membership>;
  /** Sends heartbeats until one is refused, the session is over, or the signal aborts; tells why it ended. */
  readonly keepAlive: (generation: number, signal: AbortSignal) => Promise<string>;
  /** Leaves, so that the others need not wait for the session to end. Never rejects. */
  readonly leave: () => Promise<void>;
};

/** How long the group waits for a member to finish its transactions and join again. */
const REBALANCE_TIMEOUT_MILLISECONDS = 10_000;

const groupByTopic = (partitions: readonly TopicPartition[]): Record<string, number[]> => {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of partitions) {
    topics[topic] ??= [];
    topics[topic].push(partition);
  }
  return topics;
};

/** Answers that mean: this member is out of the group and has to come in as a new one. */
const LOST = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** This process's member of a group. */
export const createMember = (options: MembershipOptions): Member => {
  const { connection, groupId, topics, assignor, memberFolder } = options;
  const notes = memberFolder === undefined ? undefined : createMemberNotes(memberFolder);
  let memberId = '';
  let buriedPredecessors = false;

  const coordinator = () => connection.coordinatorOf('group', groupId);

  /** After a kill the broker still waits for the dead process; it need not. */
  const buryPredecessors = async (): Promise<void> => {
    if (buriedPredecessors) return;
    for (const formerId of (await notes?.takeDead()) ?? []) {
      await (await coordinator()).leaveGroup({ groupId, memberId: formerId }).catch((error: unknown) => {
        if (protocolErrorOf(error) === undefined) throw error;
      });
    }
    buriedPredecessors = true;
  };

  const assignAll = async (
    members: readonly { readonly memberId: string }[],
  ): Promise<{ memberId: string; memberAssignment: Buffer }[]> => {
    const partitionsOf = new Map<string, number>();
    for (const topic of topics) partitionsOf.set(topic, await connection.partitionsOf(topic));
    const shares = assignor.assign(members.map((member) => member.memberId).sort(), partitionsOf);
    return members.map((member) => ({
      memberId: member.memberId,
      memberAssignment: MemberAssignment.encode({
        version: 0,
        assignment: groupByTopic(shares.get(member.memberId) ?? []),
        userData: Buffer.alloc(0),
      }),
    }));
  };

  const join = async (): Promise<Membership> => {
    await buryPredecessors();
    const broker = await coordinator();
    const joined = await broker.joinGroup({
      groupId,
      sessionTimeout: options.sessionTimeoutMilliseconds,
      rebalanceTimeout: REBALANCE_TIMEOUT_MILLISECONDS,
      memberId,
      groupProtocols: [
        {
          name: assignor.name,
          metadata: MemberMetadata.encode({ version: 0, topics: [...topics], userData: Buffer.alloc(0) }),
        },
      ],
    });
    if (memberId !== joined.memberId) await notes?.write(joined.memberId);
    memberId = joined.memberId;
    const { memberAssignment } = await broker.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId,
      groupAssignment: joined.leaderId === memberId ? await assignAll(joined.members) : [],
    });
    const share = MemberAssignment.decode(memberAssignment)?.assignment ?? {};
    const partitions = Object.entries(share).flatMap(([topic, list]) =>
      list.map((partition) => ({ topic, partition })),
    );
    return { partitions, generation: joined.generationId };
  };

  return {
    join: async () => {
      try {
        return await join();
      } catch (error) {
        const type = protocolErrorOf(error);
        if (type !== undefined && LOST.has(type)) memberId = '';
        if (type === 'INCONSISTENT_GROUP_PROTOCOL') {
          const message =
            `group ${groupId} has members that divide the work in another way than "${assignor.name}": ` +
            'all its processes need the same TASKS';
          throw new PlatformError('TASKS_CHANGED', message, { cause: error });
        }
        throw error;
      }
    },
    keepAlive: async (generation, signal) => {
      const interval = options.sessionTimeoutMilliseconds / 6;
      let lastAnswer = Date.now();
      while (!signal.aborted) {
        try {
          await delay(interval, undefined, { signal });
        } catch {
          break;
        }
        try {
          await (await coordinator()).heartbeat({ groupId, groupGenerationId: generation, memberId });
          lastAnswer = Date.now();
        } catch (error) {
          const type = protocolErrorOf(error);
          if (type !== undefined && LOST.has(type)) memberId = '';
          if (type === 'REBALANCE_IN_PROGRESS' || type === 'ILLEGAL_GENERATION' || memberId === '') {
            return `the group rebalances (${type})`;
          }
          if (Date.now() - lastAnswer > options.sessionTimeoutMilliseconds) {
            const reason = toPlatformError(error, 'sending heartbeats');
            return `the session is over: ${reason instanceof Error ? reason.message : String(reason)}`;
          }
          await connection.forget().catch(() => {});
        }
      }
      return 'closed';
    },
    leave: async () => {
      if (memberId === '') return;
      try {
        await (await coordinator()).leaveGroup({ groupId, memberId });
        await notes?.remove();
      } catch {
        // The session's end does it then.
      }
      memberId = '';
    },
  };
};
