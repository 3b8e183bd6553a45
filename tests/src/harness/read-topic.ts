import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import type { KafkaClient, Position } from '@marketing-streams/stream/kafka/api';

/** Reads ranges of partitions as a read_committed reader sees them, in order per partition. */
export const readRanges = async (
  kafka: KafkaClient,
  ranges: readonly (TopicPartition & { readonly from: number; readonly to: number })[],
): Promise<readonly KafkaRecord[]> => {
  const wanted = ranges.filter(({ from, to }) => from < to);
  if (wanted.length === 0) return [];
  const records: KafkaRecord[] = [];
  const reader = kafka.rangeReader();
  try {
    await reader.read(wanted, (partitions) => {
      for (const fetched of partitions) for (const record of fetched.records) records.push(record);
    });
  } finally {
    await reader.close();
  }
  return records;
};

const place = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** Every committed record the topic holds at the moment. */
export const readTopic = async (kafka: KafkaClient, topic: string): Promise<readonly KafkaRecord[]> => {
  const admin = kafka.admin();
  try {
    const beginnings = new Map(
      (await admin.beginningOffsets([topic])).map((begin: Position) => [place(begin), begin.offset]),
    );
    const ends = await admin.endOffsets([topic]);
    return await readRanges(
      kafka,
      ends.map((end) => ({ ...end, from: beginnings.get(place(end)) ?? 0, to: end.offset })),
    );
  } finally {
    await admin.close();
  }
};

/** The newest value of every key of a compacted topic; keys whose last record is a tombstone are left out. */
export const readCompacted = async <Value>(
  kafka: KafkaClient,
  topic: string,
  decode: (value: Buffer) => Value,
): Promise<ReadonlyMap<string, Value>> => {
  const newest = new Map<string, Buffer>();
  for (const { key, value } of await readTopic(kafka, topic)) {
    const name = key?.toString('utf8') ?? '';
    if (value === null) newest.delete(name);
    else newest.set(name, value);
  }
  return new Map([...newest].map(([key, value]) => [key, decode(value)]));
};
