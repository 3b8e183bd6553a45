import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { createMetrics } from '@marketing-streams/platform/metrics';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PositionedConsumer, startPositionedConsumer } from './positioned-consumer.ts';
import { type KafkaFixture, openKafkaFixture, until } from './testing/kafka-fixture.ts';

let fixture: KafkaFixture;
let consumer: PositionedConsumer | undefined;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterEach(async () => {
  await consumer?.stop();
});
afterAll(() => fixture.close());

/** A sink as tables are: records and positions change together, or not at all. */
const memorySink = () => {
  const rows: string[] = [];
  const positions = new Map<string, number>();
  return {
    rows,
    positions,
    accept: (records: readonly KafkaRecord[]): void => {
      for (const { topic, partition, offset, value } of records) {
        const key = `${topic}/${partition}`;
        expect(offset).toBeGreaterThanOrEqual(positions.get(key) ?? 0);
        rows.push(String(value));
        positions.set(key, offset + 1);
      }
    },
  };
};

const fill = async (topic: string, from: number, to: number): Promise<void> => {
  const producer = fixture.kafka.producer();
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  await producer.send(
    numbers.map((n) => ({ topic, partition: n % 3, key: `${n}`, value: Buffer.from(`${n}`) })),
  );
  await producer.close();
};

const start = async (
  topic: string,
  sink: ReturnType<typeof memorySink>,
  onRecords: (records: readonly KafkaRecord[]) => Promise<void>,
  onError?: (error: unknown) => void,
): Promise<PositionedConsumer> => {
  consumer = await startPositionedConsumer({
    kafka: fixture.kafka,
    groupId: fixture.name('sink'),
    topics: [topic],
    positions: async () => sink.positions,
    onRecords,
    metrics: createMetrics('test', { processMetrics: false }),
    logger: fixture.logger,
    ...(onError === undefined ? {} : { onError }),
  });
  return consumer;
};

const numbersTo = (end: number): string[] => Array.from({ length: end }, (_, i) => `${i}`);
const sorted = (rows: readonly string[]): string[] => [...rows].sort((a, b) => Number(a) - Number(b));

describe('a positioned consumer', () => {
  it("begins at the sink's positions and says when it has caught up", async () => {
    const topic = await fixture.topic('begin', 3);
    await fill(topic, 0, 30);
    const sink = memorySink();
    for (const partition of [0, 1, 2]) sink.positions.set(`${topic}/${partition}`, 5);
    const positioned = await start(topic, sink, async (records) => sink.accept(records));
    await positioned.caughtUp();
    expect(sorted(sink.rows)).toEqual(numbersTo(30).slice(15));
    await fill(topic, 30, 31);
    await positioned.caughtUp();
    expect(sink.rows.at(-1)).toBe('30');
    expect(positioned.progress().every(({ position, end }) => position === end)).toBe(true);
  });

  it('goes back to the positions after a failure that may pass', async () => {
    const topic = await fixture.topic('failing', 3);
    const sink = memorySink();
    let calls = 0;
    const positioned = await start(topic, sink, async (records) => {
      calls += 1;
      if (calls % 2 === 1 && calls < 8) {
        // A part is stored, as when one of several tables commits before another fails.
        sink.accept(records.slice(0, 1));
        throw new PlatformError('DELTA_OFFSET_MISMATCH', 'another writer was here');
      }
      sink.accept(records);
    });
    for (let round = 0; round < 4; round++) {
      await fill(topic, round * 10, round * 10 + 10);
      await positioned.caughtUp();
    }
    expect(sorted(sink.rows)).toEqual(numbersTo(40));
    expect(calls).toBeGreaterThan(4);
  });

  it('goes back when told of a failure in the background', async () => {
    const topic = await fixture.topic('background', 3);
    const sink = memorySink();
    let isFirst = true;
    const positioned = await start(topic, sink, async (records) => {
      if (isFirst) return;
      sink.accept(records);
    });
    await fill(topic, 0, 20);
    await positioned.caughtUp();
    isFirst = false;
    positioned.recover(new PlatformError('STORAGE_UNAVAILABLE', 'the disk was full'));
    await until('all rows are stored', () => sink.rows.length === 20);
    expect(sorted(sink.rows)).toEqual(numbersTo(20));
  });

  it('says DELTA_OFFSET_MISMATCH for a position beyond the end of the topic', async () => {
    const topic = await fixture.topic('beyond', 3);
    const sink = memorySink();
    sink.positions.set(`${topic}/1`, 1_000);
    const positioned = await start(topic, sink, async (records) => sink.accept(records));
    await until(
      'it says so',
      () => positioned.ready()?.includes('/1/1000, but the topic ends at 0') === true,
    );
  });

  it('stops on an error that nobody foresaw', async () => {
    const topic = await fixture.topic('bug', 3);
    const failed = Promise.withResolvers<unknown>();
    const bug = async (): Promise<void> => {
      throw new TypeError('no such column');
    };
    await start(topic, memorySink(), bug, failed.resolve);
    await fill(topic, 0, 3);
    expect(await failed.promise).toBeInstanceOf(TypeError);
  });
});
