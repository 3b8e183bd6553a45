import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PlatformError } from '@marketing-streams/platform/errors';
import type { Logger } from '@marketing-streams/platform/logging';
import Cluster from 'kafkajs/src/cluster/index.js';
import { watchCommits } from './commit-sent.ts';
import { protocolErrorOf } from './errors.ts';
import { kafkajsLogger } from './log-creator.ts';

export type Broker = Cluster.Broker;
export type ProtocolRequest<Data> = Cluster.ProtocolRequest<Data>;

export type ConnectionOptions = {
  readonly bootstrapServers: string;
  readonly clientId: string;
  readonly logger: Logger;
};

/** The numbers of FindCoordinator. */
export type CoordinatorKind = 'group' | 'transaction';
const COORDINATOR_TYPES: Readonly<Record<CoordinatorKind, number>> = { group: 0, transaction: 1 };

/**
 * A client's own sockets to the brokers, with what is known of the cluster. Everything rejects with kafkajs's
 * errors; whoever meets one that has to do with a broker's place calls `forget` before trying again.
 */
export type Connection = {
  /** Connects if need be. */
  readonly open: () => Promise<void>;
  /** The leader of a partition. */
  readonly leaderOf: (topic: string, partition: number) => Promise<Broker>;
  /** The broker that coordinates a group or a transactional id; asked for once. */
  readonly coordinatorOf: (kind: CoordinatorKind, id: string) => Promise<Broker>;
  readonly controller: () => Promise<Broker>;
  /** Number of partitions of a topic. */
  readonly partitionsOf: (topic: string) => Promise<number>;
  readonly clusterId: () => Promise<string>;
  /**
   * Forgets metadata and coordinators and hangs up, so that the next call looks them up anew. Requests under way
   * reject.
   */
  readonly forget: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The sockets of one cluster object; once hung up it gets no new ones, whatever kafkajs is still trying. */
type Line = { readonly sockets: Set<Socket>; isHungUp: boolean };

const hungUp = (): Error => new Error('the client hung up');

const openSocketOn =
  (line: Line) =>
  (address: { host: string; port: number; onConnect: () => void }): Socket => {
    const { host, port, onConnect } = address;
    // Requests are small and follow each other at once: Nagle's algorithm would hold each back by 40 ms.
    const socket = connectSocket(
      { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
      onConnect,
    );
    line.sockets.add(socket);
    watchCommits(socket);
    socket.once('close', () => line.sockets.delete(socket));
    if (line.isHungUp) socket.destroy(hungUp());
    return socket;
  };

const createCluster = ({ bootstrapServers, clientId, logger }: ConnectionOptions, line: Line): Cluster =>
  new Cluster({
    logger: kafkajsLogger(logger),
    socketFactory: openSocketOn(line),
    brokers: bootstrapServers.split(','),
    clientId,
    connectionTimeout: 3_000,
    authenticationTimeout: 3_000,
    requestTimeout: 30_000,
    enforceRequestTimeout: true,
    metadataMaxAge: 300_000,
    // Only within one look-up; whoever uses the connection has its own back-off for outages.
    retry: { initialRetryTime: 50, multiplier: 2, factor: 0.2, maxRetryTime: 500, retries: 2 },
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
  });

/** A new cluster first has to create the topic that coordinators keep their state in. */
const COORDINATOR_PATIENCE_MILLISECONDS = 5_000;

const findCoordinator = async (
  asked: Broker,
  kind: CoordinatorKind,
  id: string,
): Promise<{ nodeId: number }> => {
  const deadline = Date.now() + COORDINATOR_PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      const request = { groupId: id, coordinatorType: COORDINATOR_TYPES[kind] };
      return (await asked.findGroupCoordinator(request)).coordinator;
    } catch (error) {
      if (protocolErrorOf(error) !== 'GROUP_COORDINATOR_NOT_AVAILABLE' || Date.now() > deadline) throw error;
      await delay(50);
    }
  }
};

/** Opens a client's own connection to the cluster; sockets are made on first use. */
export const createConnection = (options: ConnectionOptions): Connection => {
  const newLine = (): Line => ({ sockets: new Set(), isHungUp: false });
  let line = newLine();
  let cluster = createCluster(options, line);
  let closed = false;
  const coordinators = new Map<string, number>();
  const topics = new Set<string>();

  const open = async (): Promise<void> => {
    if (closed) throw new PlatformError('INTERNAL', 'the Kafka client was closed');
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.refreshMetadataIfNecessary();
  };

  /** kafkajs waits for outstanding answers before it disconnects; a socket's error makes it give them up. */
  const hangUp = async (): Promise<void> => {
    const [oldCluster, oldLine] = [cluster, line];
    line = newLine();
    cluster = createCluster(options, line);
    oldLine.isHungUp = true;
    for (const socket of oldLine.sockets) socket.destroy(hungUp());
    await oldCluster.disconnect();
  };

  const know = async (topic: string): Promise<void> => {
    await open();
    if (topics.has(topic)) return;
    await cluster.addMultipleTargetTopics([topic]);
    topics.add(topic);
  };

  return {
    open,
    leaderOf: async (topic, partition) => {
      await know(topic);
      const leader = cluster
        .findTopicPartitionMetadata(topic)
        .find((p) => p.partitionId === partition)?.leader;
      if (leader === undefined)
        throw new PlatformError('NOT_FOUND', `${topic} has no partition ${partition}`);
      return cluster.findBroker({ nodeId: leader });
    },
    coordinatorOf: async (kind, id) => {
      await open();
      const key = `${kind}/${id}`;
      const known = coordinators.get(key);
      if (known !== undefined) return cluster.findBroker({ nodeId: known });
      const [anyNode = ''] = cluster.getNodeIds();
      const asked = await cluster.findBroker({ nodeId: anyNode });
      const coordinator = await findCoordinator(asked, kind, id);
      coordinators.set(key, coordinator.nodeId);
      return cluster.findBroker({ nodeId: coordinator.nodeId });
    },
    controller: async () => {
      await open();
      return cluster.findControllerBroker();
    },
    partitionsOf: async (topic) => {
      await know(topic);
      return cluster.findTopicPartitionMetadata(topic).length;
    },
    clusterId: async () => {
      await open();
      return cluster.brokerPool.metadata?.clusterId ?? '';
    },
    forget: async () => {
      coordinators.clear();
      topics.clear();
      await hangUp();
    },
    close: async () => {
      closed = true;
      await hangUp();
    },
  };
};
