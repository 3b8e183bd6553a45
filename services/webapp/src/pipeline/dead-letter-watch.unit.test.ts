import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import { createLogger } from '@marketing-streams/platform/logging';
import type { Admin, FetchedPartition, KafkaClient } from '@marketing-streams/stream/kafka/api';
import { testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { expect, it } from 'vitest';
import { createDeadLetterWatch } from './dead-letter-watch.ts';

const TOPIC = 'dead-letters';
const END = 20;

const piece = (first: number, count: number): FetchedPartition => ({
  topic: TOPIC,
  partition: 0,
  records: Array.from({ length: count }, (_, index) =>
    testRecord({ topic: TOPIC, offset: first + index, value: Buffer.from(String(first + index)) }),
  ),
  position: first + count,
  end: END,
  bytes: 0,
});

/** A queue of twenty records of which every read brings seven, and then takes too long. */
const slowQueue = () => {
  const begun: number[] = [];
  const admin: Partial<Admin> = {
    beginningOffsets: async () => [{ topic: TOPIC, partition: 0, offset: 0 }],
    endOffsets: async () => [{ topic: TOPIC, partition: 0, offset: END }],
    close: async () => {},
  };
  const kafka: Pick<KafkaClient, 'admin' | 'rangeReader'> = {
    admin: () => admin as Admin,
    rangeReader: () => ({
      read: async ([range], onFetched) => {
        begun.push(range!.from);
        const left = range!.to - range!.from;
        await onFetched([piece(range!.from, Math.min(7, left))]);
        if (left > 7) throw new Error('timed out');
      },
      close: async () => {},
    }),
  };
  const codec = {
    decode: (value: Buffer) => ({ offset: Number(value), failed_at: Number(value) }) as DeadLetter,
    prepare: async () => {},
  };
  const logger = createLogger('test');
  return { begun, watch: createDeadLetterWatch({ kafka, topic: TOPIC, codec, logger }) };
};

it('goes on where a read was broken off: a queue that took too long never had a count', async () => {
  const { begun, watch } = slowQueue();
  await watch.update();
  expect(watch.latest().count).toBe(7);
  await watch.update();
  await watch.update();
  expect(begun).toEqual([0, 7, 14]);
  expect(watch.latest()).toMatchObject({ count: END, isExact: true });
  expect(watch.latest().newest.map(({ offset }) => offset)).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
  await watch.stop();
});
