import type { KafkaRecord, SourceOffset, TopicPartition } from '@marketing-streams/contracts/record';
import type { Logger } from '@marketing-streams/platform/logging';

/*
 * What this project asks of a Kafka client. The folder `contract-suite` states it as tests: another client
 * library may replace the present one when it passes them.
 */

export type KafkaClientOptions = {
  /** Comma-separated host:port list. */
  readonly bootstrapServers: string;
  /** Shown in the broker's logs and metrics. */
  readonly clientId: string;
  readonly logger: Logger;
};

/** A record to send. */
export type OutgoingRecord = {
  readonly topic: string;
  /** Without it murmur2 of the key decides as in Java clients; a record without a key then goes to partition 0. */
  readonly partition?: number;
  readonly key: Buffer | string | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer | readonly (string | Buffer)[] | undefined>>;
  /** Epoch milliseconds; now unless told. */
  readonly timestamp?: number;
};

/** A place in a topic from which reading goes on: the offset of the next record. */
export type Position = TopicPartition & { readonly offset: number };

/** A group's committed position with the note that was committed along with it. */
export type CommittedPosition = Position & { readonly metadata: string };

/** A plain idempotent producer. Calls made while one is under way travel together in the next request. */
export type Producer = {
  /**
   * Sends records; resolves with where each one lies, in their order, once the broker has them.
   * Rejects with KAFKA_UNAVAILABLE when that did not happen within `sendTimeoutMilliseconds` (the records may
   * or may not have arrived), PAYLOAD_TOO_LARGE for a record over the topic's limit, NOT_FOUND for an unknown
   * topic.
   */
  readonly send: (records: readonly OutgoingRecord[]) => Promise<readonly SourceOffset[]>;
  /** Waits for what is under way, then disconnects. */
  readonly close: () => Promise<void>;
};

export type ProducerOptions = {
  /** How long `send` tries before it gives up; default 5,000. */
  readonly sendTimeoutMilliseconds?: number;
};

/** Who the broker takes a transactional producer for; a later owner of the same id has a later one. */
export type ProducerIdentity = { readonly producerId: string; readonly epoch: number };

/**
 * A transactional producer: one owner of a transactional id. After any rejection but of `init` it is unusable:
 * close it and make a new one.
 *
 * All rejections are PlatformErrors: FENCED (somebody else initialised the same id), COMMIT_OUTCOME_UNKNOWN
 * (only from `commit`), TRANSACTION_ABORTED (the broker gave the transaction up), PAYLOAD_TOO_LARGE,
 * KAFKA_UNAVAILABLE.
 */
export type TransactionalProducer = {
  /** Fences the former owner of the id and waits until its transaction is settled. */
  readonly init: () => Promise<ProducerIdentity>;
  /** Begins a transaction; nothing is sent yet. */
  readonly begin: () => void;
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
  /** Makes a group's positions part of the transaction. May run at the same time as `send`. */
  readonly sendOffsets: (groupId: string, positions: readonly CommittedPosition[]) => Promise<void>;
  readonly commit: () => Promise<void>;
  readonly abort: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type TransactionalProducerOptions = {
  readonly transactionalId: string;
  /** The broker aborts a transaction that is open for longer; default 30,000. */
  readonly transactionTimeoutMilliseconds?: number;
};

/** Decides who reads what; the group's leader runs it. */
export type Assignor = {
  /** Members that name different assignors cannot be in one group. */
  readonly name: string;
  /** Pure: the same members and topics give the same assignment. Members come sorted. */
  readonly assign: (
    members: readonly string[],
    partitionsOf: ReadonlyMap<string, number>,
  ) => ReadonlyMap<string, readonly TopicPartition[]>;
};

/** What a fetch brought of one partition. */
export type FetchedPartition = TopicPartition & {
  /** In offset order; aborted records and control records are not among them. May be empty. */
  readonly records: readonly KafkaRecord[];
  /** Where reading goes on: after the last record, and after control records and gaps that follow it. */
  readonly position: number;
  /** End of what a read_committed reader can see at the moment (the last stable offset). */
  readonly end: number;
  /** Bytes the partition took up in the response. */
  readonly bytes: number;
};

/** One membership's share, valid until `signal` is aborted. */
export type Assignment = {
  readonly partitions: readonly TopicPartition[];
  /** Aborted as soon as the group rebalances, the member is lost or the consumer stops. */
  readonly signal: AbortSignal;
};

export type GroupConsumerOptions = {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly assignor: Assignor;
  /**
   * Called on every (re)assignment before anything is fetched; gives the position of every assigned partition.
   * A retriable PlatformError is tried again with back-off, anything else ends the consumer.
   */
  readonly onAssigned: (assignment: Assignment) => Promise<readonly Position[]>;
  /** Takes what one fetch brought; the next fetch to that broker begins when it resolves: the back-pressure. */
  readonly onFetched: (partitions: readonly FetchedPartition[]) => Promise<void> | void;
  /** Called when an assignment is over and before the next join; the group waits for it. */
  readonly onRevoked: () => Promise<void>;
  /** Anything that is neither an outage nor a rebalance; the consumer has stopped then. */
  readonly onError: (error: unknown) => void;
  /** A member that is silent for longer is dead; default 3,000, heartbeats at a sixth of it. */
  readonly sessionTimeoutMilliseconds?: number;
  /**
   * A folder that keeps member ids: a process that starts again after a kill takes its dead predecessor out of the
   * group at once instead of waiting for its session to end. Instances of one service may share it.
   */
  readonly memberFolder?: string;
  /** Longest wait of an empty fetch; default 5,000. */
  readonly maxWaitMilliseconds?: number;
  /**
   * Shortest time between two fetches that bring little; default 12. The first record after a silence never waits
   * for it. Readers that do not mind some delay spare the broker much with more.
   */
  readonly paceMilliseconds?: number;
  /** Most bytes of one response, and of one partition in it; default 8 MiB and 2 MiB. */
  readonly maxBytes?: number;
  readonly maxBytesPerPartition?: number;
};

/** A member of a consumer group that reads committed records only and never commits positions itself. */
export type GroupConsumer = {
  /** Moves positions; records of these partitions fetched from the former position are not delivered. */
  readonly seek: (positions: readonly Position[]) => void;
  /** Ends the assignment and joins again, so that the group decides anew who owns what. */
  readonly rejoin: () => void;
  /** Null when assigned, else why not. */
  readonly problem: () => string | null;
  /** Leaves the group; resolves when `onRevoked` has. */
  readonly close: () => Promise<void>;
};

/** Reads ranges of partitions without a group, read_committed. */
export type RangeReader = {
  /**
   * Reads every partition from `from` to just before `to` and hands over what each fetch brings (positions and
   * ends included), in order per partition; resolves when all ranges are through. Rejects with NOT_FOUND when
   * a range begins before what the topic still holds.
   */
  readonly read: (
    ranges: readonly (TopicPartition & { readonly from: number; readonly to: number })[],
    onFetched: (partitions: readonly FetchedPartition[]) => Promise<void> | void,
    signal?: AbortSignal,
  ) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type TopicSpecification = {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor?: number;
  /** Topic settings by Kafka's names, e.g. `cleanup.policy`. */
  readonly config?: Readonly<Record<string, string>>;
};

export type Admin = {
  /** Creates what is missing, leaves what exists as it is; gives the names created. */
  readonly createTopics: (topics: readonly TopicSpecification[]) => Promise<readonly string[]>;
  readonly deleteTopics: (topics: readonly string[]) => Promise<void>;
  /** Sets the given settings of a topic and keeps its others. */
  readonly alterTopicConfig: (topic: string, config: Readonly<Record<string, string>>) => Promise<void>;
  /** All settings of a topic, defaults included. */
  readonly topicConfig: (topic: string) => Promise<Readonly<Record<string, string>>>;
  readonly clusterId: () => Promise<string>;
  readonly topics: () => Promise<readonly string[]>;
  /** Number of partitions per topic. Throws NOT_FOUND naming the topics that do not exist. */
  readonly partitionsOf: (topics: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** First offset still held, of every partition of the topics. */
  readonly beginningOffsets: (topics: readonly string[]) => Promise<readonly Position[]>;
  /** Where a read_committed reader's view ends at the moment, of every partition of the topics. */
  readonly endOffsets: (topics: readonly string[]) => Promise<readonly Position[]>;
  /**
   * A group's committed positions; partitions without one are left out. Waits for a pending transactional
   * commit to be settled, so that what comes back after fencing is final.
   */
  readonly committedPositions: (
    groupId: string,
    partitions: readonly TopicPartition[],
  ) => Promise<readonly CommittedPosition[]>;
  /** True when the group has members at the moment. */
  readonly hasMembers: (groupId: string) => Promise<boolean>;
  /** Forgets the groups and their positions; they must have no members. */
  readonly deleteGroups: (groupIds: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type KafkaClient = {
  readonly producer: (options?: ProducerOptions) => Producer;
  readonly transactionalProducer: (options: TransactionalProducerOptions) => TransactionalProducer;
  /** Joins the group and keeps reading until closed; outages are retried for ever. */
  readonly groupConsumer: (options: GroupConsumerOptions) => GroupConsumer;
  readonly rangeReader: () => RangeReader;
  readonly admin: () => Admin;
};
