import { join } from 'node:path';
import type { TopicPartition } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Probe } from '@marketing-streams/embedded/supervise/poll';
import { localStorage } from '@marketing-streams/lakehouse/local-storage';
import { loadSnapshot } from '@marketing-streams/lakehouse/log/load-snapshot';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { Admin, KafkaClient, Position } from '@marketing-streams/stream/kafka/api';
import { readRanges } from './read-topic.ts';
import type { FurtherServiceName } from './service-process.ts';
import { FURTHER_PROCESSOR_INPUTS, PROCESSOR_INPUTS, TABLE_TOPICS } from './topology.ts';

/** The next offset to read, by `topic/partition`. */
export type Offsets = ReadonlyMap<string, number>;

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** Positions by `topic/partition`. */
export const byName = (positions: readonly Position[]): Offsets =>
  new Map(positions.map((position) => [nameOf(position), position.offset]));

/**
 * Where a group is at the given partitions; nowhere while one of its transactions is pending: a killed process's until
 * its successor ends it, and on a busy machine maybe whenever Kafka is asked.
 */
export const settledPositions = async (
  admin: Admin,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<Offsets> => {
  try {
    return byName(await admin.committedPositions(group, partitions));
  } catch (error) {
    if (!isPlatformError(error, 'KAFKA_UNAVAILABLE')) throw error;
    return new Map();
  }
};

/** Longest stretch behind a position that is looked into for records; beyond it the reader is behind anyway. */
const LONGEST_GAP = 200;

/**
 * Null when a reader has read every record. A position short of the end may have only transaction markers before
 * it, which no reader sees and no position need step over.
 */
export const lagOf = async (
  kafka: KafkaClient,
  reader: string,
  ends: readonly Position[],
  positions: Offsets,
): Promise<string | null> => {
  const gaps = ends
    .map((end) => ({ ...end, from: positions.get(nameOf(end)) ?? 0, to: end.offset }))
    .filter(({ from, to }) => from < to);
  const far = gaps.find(({ from, to }) => to - from > LONGEST_GAP);
  if (far !== undefined) return `${reader} is at ${far.from} of ${far.to} in ${nameOf(far)}`;
  const [unread] = await readRanges(kafka, gaps);
  return unread === undefined ? null : `${reader} has not read ${nameOf(unread)} offset ${unread.offset}`;
};

/** The next offset that each partition's rows in a table reach to, from the table's own log. */
export const tablePositions = async (deltaDirectory: string, table: string): Promise<Offsets> => {
  const loaded = await loadSnapshot(localStorage(join(deltaDirectory, table)));
  const transactions = loaded?.snapshot.transactions.values() ?? [];
  // The application id is `cluster/topic/partition`.
  return new Map(
    [...transactions].map(({ appId, version }) => [appId.slice(appId.indexOf('/') + 1), version]),
  );
};

const isSame = (a: readonly Position[], b: readonly Position[]): boolean => {
  const offsets = byName(b);
  return a.every((position) => offsets.get(nameOf(position)) === position.offset);
};

const endsOf = (ends: readonly Position[], topics: readonly string[]): readonly Position[] =>
  ends.filter(({ topic }) => topics.includes(topic));

type Groups = readonly (readonly [group: string, topics: readonly TopicName[]])[];

const processorLag = async (
  kafka: KafkaClient,
  admin: Admin,
  groups: Groups,
  ends: readonly Position[],
): Promise<string | null> => {
  for (const [group, topics] of groups) {
    const own = endsOf(ends, topics);
    const lag = await lagOf(kafka, group, own, byName(await admin.committedPositions(group, own)));
    if (lag !== null) return lag;
  }
  return null;
};

const tableLag = async (
  kafka: KafkaClient,
  ends: readonly Position[],
  deltaDirectory: string,
): Promise<string | null> => {
  for (const [table, topic] of Object.entries(TABLE_TOPICS)) {
    const lag = await lagOf(
      kafka,
      `table ${table}`,
      endsOf(ends, [topic]),
      await tablePositions(deltaDirectory, table),
    );
    if (lag !== null) return lag;
  }
  return null;
};

/**
 * A probe that is satisfied when everything produced so far has gone all the way, round the feedback loop too:
 * every processor has committed past every record it reads, those of the `further` services included, and every
 * table holds its whole topic. A transaction under way would still hold its inputs uncommitted, so equal ends
 * before and after mean that nothing moves.
 */
export const pipelineCaughtUp = (
  kafka: KafkaClient,
  deltaDirectory: string,
  further: readonly FurtherServiceName[] = [],
): Probe => {
  const groups: Groups = [
    ...Object.entries(PROCESSOR_INPUTS),
    ...further.flatMap((service) => Object.entries(FURTHER_PROCESSOR_INPUTS[service])),
  ];
  const topics = [...new Set([...groups.flatMap(([, read]) => read), ...Object.values(TABLE_TOPICS)])];
  return async () => {
    const admin = kafka.admin();
    try {
      const ends = await admin.endOffsets(topics);
      const lag =
        (await processorLag(kafka, admin, groups, ends)) ?? (await tableLag(kafka, ends, deltaDirectory));
      if (lag !== null) return lag;
      return isSame(ends, await admin.endOffsets(topics)) ? null : 'records are still arriving';
    } finally {
      await admin.close();
    }
  };
};
