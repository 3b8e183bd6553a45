import type { KafkaRecord, TopicPartition } from '@marketing-streams/contracts/record';
import type { FetchedPartition, Position } from '../kafka/api.ts';

/** What a transaction may take. */
export type TakeLimits = { readonly records: number; readonly bytes: number };

/** Records that were fetched and are not yet answered for, per partition of one task. */
export type InputBuffer = {
  /** Takes what a fetch brought; records below a partition's position are repeats and left out. */
  readonly push: (fetched: FetchedPartition) => void;
  /** The oldest records of every partition, up to the limits in all; they stay in the buffer. */
  readonly peek: (limits: TakeLimits) => readonly (readonly KafkaRecord[])[];
  /** Everything below the positions is answered for. */
  readonly advance: (positions: readonly Position[]) => void;
  /** Where a partition is after the record at `offset`: beyond control records that follow the last one. */
  readonly positionAfter: (partition: TopicPartition, offset: number) => number;
  /** Partitions whose position moved over control or aborted records only, with nothing left to read. */
  readonly silentProgress: () => readonly Position[];
  /** Estimated bytes of all that waits. */
  readonly bytes: () => number;
  /** Records that wait. */
  readonly size: () => number;
  /** Records (and markers) that readers can see by now and that are still to be fetched, as far as is known. */
  readonly unfetched: () => number;
  /** Every partition's next offset, and the end as last heard of. */
  readonly positions: () => readonly (Position & { readonly end: number })[];
};

type PartitionQueue = {
  readonly topic: string;
  readonly partition: number;
  records: KafkaRecord[];
  /** Index of the first record not answered for. */
  first: number;
  /** Next offset to answer for. */
  position: number;
  /** Next offset to fetch. */
  fetched: number;
  end: number;
};

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const bytesOf = (record: KafkaRecord): number =>
  100 + (record.key?.length ?? 0) + (record.value?.length ?? 0);

/** A buffer for the given partitions, each beginning at its position; in this order `peek` gives them. */
export const createInputBuffer = (positions: readonly Position[]): InputBuffer => {
  const queues = new Map<string, PartitionQueue>();
  for (const { topic, partition, offset } of positions) {
    const queue = { topic, partition, records: [], first: 0, position: offset, fetched: offset, end: offset };
    queues.set(keyOf({ topic, partition }), queue);
  }
  let bytes = 0;
  let waiting = 0;

  return {
    push: ({ topic, partition, records, position, end }) => {
      const queue = queues.get(`${topic}/${partition}`);
      if (queue === undefined) return;
      queue.end = Math.max(end, position);
      if (position <= queue.fetched) return;
      for (const record of records) {
        if (record.offset < queue.fetched) continue;
        queue.records.push(record);
        bytes += bytesOf(record);
        waiting += 1;
      }
      queue.fetched = position;
    },
    peek: (limits) => {
      const open = [...queues.values()].filter(({ records, first }) => first < records.length);
      const share = Math.max(1, Math.floor(limits.records / Math.max(1, open.length)));
      let spareRecords = limits.records;
      let spareBytes = limits.bytes;
      return open.map(({ records, first }) => {
        let end = first;
        while (end < records.length && end - first < share && spareRecords > 0 && spareBytes > 0) {
          spareBytes -= bytesOf(records[end]!);
          spareRecords -= 1;
          end += 1;
        }
        return records.slice(first, end);
      });
    },
    advance: (to) => {
      for (const { topic, partition, offset } of to) {
        const queue = queues.get(`${topic}/${partition}`);
        if (queue === undefined) continue;
        while (queue.first < queue.records.length && queue.records[queue.first]!.offset < offset) {
          bytes -= bytesOf(queue.records[queue.first]!);
          waiting -= 1;
          queue.first += 1;
        }
        if (queue.first * 2 >= queue.records.length) {
          queue.records = queue.records.slice(queue.first);
          queue.first = 0;
        }
        queue.position = Math.max(queue.position, offset);
        queue.fetched = Math.max(queue.fetched, offset);
      }
    },
    positionAfter: (partition, offset) => {
      const queue = queues.get(keyOf(partition));
      const last = queue?.records.at(-1);
      return queue !== undefined && last?.offset === offset ? queue.fetched : offset + 1;
    },
    silentProgress: () =>
      [...queues.values()]
        .filter(({ records, first, position, fetched }) => first === records.length && position < fetched)
        .map(({ topic, partition, fetched }) => ({ topic, partition, offset: fetched })),
    bytes: () => bytes,
    size: () => waiting,
    unfetched: () => {
      let count = 0;
      for (const { end, fetched } of queues.values()) count += Math.max(0, end - fetched);
      return count;
    },
    positions: () =>
      [...queues.values()].map(({ topic, partition, position, end }) => ({
        topic,
        partition,
        offset: position,
        end,
      })),
  };
};
