/*
 * The parts of kafkajs 2.2.4 (pinned, no longer maintained) below its public API that the client module builds
 * on, typed as far as they are used. See docs/decisions/0040-kafkajs-below-its-public-api.md.
 */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  const RequestQueue: {
    readonly prototype: {
      inflight: Map<
        number,
        { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }
      >;
      pending: readonly unknown[];
      throttledUntil: number;
      throttleCheckTimeoutId: NodeJS.Timeout | null;
      requestTimeoutIntervalId?: NodeJS.Timeout;
      enforceRequestTimeout: boolean;
      isConnected(): boolean;
      destroy(): void;
      checkPendingRequests(): void;
      scheduleCheckPendingRequests(): void;
      scheduleRequestTimeoutCheck(): void;
    };
  };
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/error.js' {
  export const createErrorFromCode: (code: number) => Error;
}

declare module 'kafkajs/src/loggers/index.js' {
  import type { logCreator } from 'kafkajs';
  export type KafkajsLogger = { readonly namespace: (name: string) => KafkajsLogger };
  export const createLogger: (options: { level: number; logCreator: logCreator }) => KafkajsLogger;
}

declare module 'kafkajs/src/cluster/index.js' {
  import type { Socket } from 'node:net';
  import type { KafkajsLogger } from 'kafkajs/src/loggers/index.js';

  namespace Cluster {
    /** A request as the connection sends it: the encoder's `buffer` follows the request header. */
    type ProtocolRequest<Data> = {
      readonly request: {
        readonly apiKey: number;
        readonly apiVersion: number;
        readonly apiName: string;
        readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
      };
      readonly response: {
        readonly decode: (payload: Buffer) => Promise<object>;
        readonly parse: (decoded: never) => Promise<Data>;
      };
      readonly requestTimeout?: number;
      readonly logResponseError?: boolean;
    };

    type ProducerIds = {
      readonly transactionalId: string;
      readonly producerId: string;
      readonly producerEpoch: number;
    };

    type TopicPartitions = { readonly topic: string; readonly partitions: readonly number[] };

    type Broker = {
      readonly nodeId: number;
      readonly versions: Readonly<
        Record<number, { readonly minVersion: number; readonly maxVersion: number }>
      >;
      readonly connectionPool: {
        readonly host: string;
        readonly port: number;
        send<Data>(request: ProtocolRequest<Data>): Promise<Data>;
      };
      disconnect(): Promise<void>;
      findGroupCoordinator(request: {
        groupId: string;
        coordinatorType: number;
      }): Promise<{ readonly coordinator: { readonly nodeId: number } }>;
      initProducerId(request: {
        transactionalId?: string;
        transactionTimeout: number;
      }): Promise<{ readonly producerId: string; readonly producerEpoch: number }>;
      addPartitionsToTxn(request: ProducerIds & { topics: readonly TopicPartitions[] }): Promise<unknown>;
      addOffsetsToTxn(request: ProducerIds & { groupId: string }): Promise<unknown>;
      txnOffsetCommit(
        request: ProducerIds & {
          groupId: string;
          topics: readonly {
            topic: string;
            partitions: readonly { partition: number; offset: string; metadata: string }[];
          }[];
        },
      ): Promise<unknown>;
      endTxn(request: ProducerIds & { transactionResult: boolean }): Promise<unknown>;
      joinGroup(request: {
        groupId: string;
        sessionTimeout: number;
        rebalanceTimeout: number;
        memberId: string;
        groupProtocols: readonly { name: string; metadata: Buffer }[];
      }): Promise<{
        readonly generationId: number;
        readonly leaderId: string;
        readonly memberId: string;
        readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
      }>;
      syncGroup(request: {
        groupId: string;
        generationId: number;
        memberId: string;
        groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
      }): Promise<{ readonly memberAssignment: Buffer }>;
      heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
      leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
      listOffsets(request: {
        isolationLevel: number;
        topics: readonly {
          topic: string;
          partitions: readonly { partition: number; timestamp: number }[];
        }[];
      }): Promise<{
        readonly responses: readonly {
          readonly topic: string;
          readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
        }[];
      }>;
      offsetFetch(request: {
        groupId: string;
        topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
      }): Promise<{
        readonly responses: readonly {
          readonly topic: string;
          readonly partitions: readonly {
            readonly partition: number;
            readonly offset: string;
            readonly metadata: string | null;
          }[];
        }[];
      }>;
    };
  }

  class Cluster {
    constructor(options: {
      logger: KafkajsLogger;
      socketFactory: (options: { host: string; port: number; onConnect: () => void }) => Socket;
      brokers: readonly string[];
      clientId: string;
      connectionTimeout: number;
      authenticationTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      metadataMaxAge: number;
      retry: {
        initialRetryTime: number;
        multiplier: number;
        factor: number;
        maxRetryTime: number;
        retries: number;
      };
      allowAutoTopicCreation: boolean;
      maxInFlightRequests: null;
    });
    readonly brokerPool: {
      readonly metadata: { readonly clusterId: string; readonly controllerId: number } | null;
    };
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    removeBroker(address: { host: string; port: number }): void;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
    getNodeIds(): readonly string[];
    findBroker(options: { nodeId: number | string }): Promise<Cluster.Broker>;
    findControllerBroker(): Promise<Cluster.Broker>;
    findTopicPartitionMetadata(
      topic: string,
    ): readonly { readonly partitionId: number; readonly leader: number }[];
  }
  export = Cluster;
}
