import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { createMetrics } from '@marketing-streams/platform/metrics';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FetchedPartition, KafkaClient } from './kafka/api.ts';
import {
  type PositionedConsumer,
  type PositionedConsumerOptions,
  startPositionedConsumer,
} from './positioned-consumer.ts';
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

const fill = async (topic: string, from: number, to: number, partitions = 3): Promise<void> => {
  const producer = fixture.kafka.producer();
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  await producer.send(
    numbers.map((n) => ({ topic, partition: n % partitions, key: `${n}`, value: Buffer.from(`${n}`) })),
  );
  await producer.close();
};

const start = async (
  topic: string,
  sink: Pick<PositionedConsumerOptions, 'positions'> | ReturnType<typeof memorySink>,
  onRecords: (records: readonly KafkaRecord[]) => Promise<void>,
  onError?: (error: unknown) => void,
  kafka: KafkaClient = fixture.kafka,
): Promise<PositionedConsumer> => {
  consumer = await startPositionedConsumer({
    kafka,
    groupId: fixture.name('sink'),
    topics: [topic],
    positions: async (partitions) =>
      typeof sink.positions === 'function' ? sink.positions(partitions) : sink.positions,
    onRecords,
    metrics: createMetrics('test', { processMetrics: false }),
    logger: fixture.logger,
    ...(onError === undefined ? {} : { onError }),
  });
  return consumer;
};

/** Two members of one group over a sink that stores what it has taken only when it is told to. */
const startTwins = async (topic: string, stored: Map<string, number>) => {
  const overtaken: string[] = [];
  const startMember = (): Promise<PositionedConsumer> => {
    const taken = new Map<string, number>();
    return startPositionedConsumer({
      kafka: fixture.kafka,
      groupId: fixture.name('twins'),
      topics: [topic],
      positions: async () => {
        taken.clear();
        return new Map(stored);
      },
      onRecords: async (records) => {
        for (const { topic: name, partition, offset } of records)
          taken.set(`${name}/${partition}`, offset + 1);
      },
      onRevoked: async () => {
        for (const [place, offset] of taken) {
          if (offset <= (stored.get(place) ?? 0)) overtaken.push(`${place}/${offset}`);
          stored.set(place, offset);
        }
        taken.clear();
      },
      metrics: createMetrics('test', { processMetrics: false }),
      logger: fixture.logger,
    });
  };
  return { startMember, overtaken };
};

/**
 * A sink as tables are that commit in the background, and never come to it here: records it holds already are
 * skipped, and all are dropped when it is asked for its positions.
 */
const bufferingSink = () => {
  let held: KafkaRecord[] = [];
  let next = 0;
  return {
    rows: (): string[] => held.map(({ value }) => String(value)),
    reset: (): number => {
      held = [];
      next = 0;
      return next;
    },
    accept: (records: readonly KafkaRecord[]): void => {
      for (const record of records) {
        if (record.offset < next) continue;
        held.push(record);
        next = record.offset + 1;
      }
    },
  };
};

/** The client, telling what each fetch brought before the consumer is given it. */
const watchingFetches = (onFetched: (fetched: readonly FetchedPartition[]) => void): KafkaClient => ({
  ...fixture.kafka,
  groupConsumer: (options) =>
    fixture.kafka.groupConsumer({
      ...options,
      onFetched: (fetched) => {
        onFetched(fetched);
        return options.onFetched(fetched);
      },
    }),
});

const bringsRecords = (fetched: readonly FetchedPartition[]): boolean =>
  fetched.some(({ records }) => records.length > 0);

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

  it('is not caught up while it waits for the positions of its partitions', async () => {
    const topic = await fixture.topic('unplaced', 3);
    const sink = memorySink();
    await fill(topic, 0, 9);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<ReadonlyMap<string, number>>();
    const positions: PositionedConsumerOptions['positions'] = () => {
      asked.resolve();
      return answer.promise;
    };
    const positioned = await start(topic, { positions }, async (records) => sink.accept(records));
    await asked.promise;
    const caughtUp = positioned.caughtUp();
    // A call that resolves later than this one's would have: the ends of the topic are asked for in turn.
    const first = await Promise.race([
      caughtUp.then(() => 'caught up'),
      fill(topic, 9, 12).then(() => 'waits'),
    ]);
    expect(first).toBe('waits');
    answer.resolve(new Map());
    await caughtUp;
    expect(sorted(sink.rows).slice(0, 9)).toEqual(numbersTo(9));
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

  it.each(['STORAGE_UNAVAILABLE', 'DISK_FULL'] as const)(
    'goes back when told of %s in the background',
    async (code) => {
      const topic = await fixture.topic(`background-${code}`, 3);
      const sink = memorySink();
      let isFirst = true;
      const positioned = await start(topic, sink, async (records) => {
        if (isFirst) return;
        sink.accept(records);
      });
      await fill(topic, 0, 20);
      await positioned.caughtUp();
      isFirst = false;
      positioned.recover(new PlatformError(code, 'the disk was full'));
      await until('all rows are stored', () => sink.rows.length === 20);
      expect(sorted(sink.rows)).toEqual(numbersTo(20));
    },
  );

  it('loses nothing when records arrive while it waits to go back after a failure', async () => {
    const topic = await fixture.topic('traffic', 1);
    const sink = bufferingSink();
    const arrived = Promise.withResolvers<void>();
    let hasFailed = false;
    const kafka = watchingFetches((fetched) => {
      if (hasFailed && bringsRecords(fetched)) arrived.resolve();
    });
    const positions = async (): Promise<ReadonlyMap<string, number>> => {
      // Going back takes until a fetch under way has brought the records after those that are dropped.
      if (hasFailed) await arrived.promise;
      return new Map([[`${topic}/0`, sink.reset()]]);
    };
    const positioned = await start(topic, { positions }, async (r) => sink.accept(r), undefined, kafka);
    await fill(topic, 0, 5, 1);
    await positioned.caughtUp();
    hasFailed = true;
    positioned.recover(new PlatformError('STORAGE_UNAVAILABLE', 'the disk was full'));
    await fill(topic, 5, 8, 1);
    await until('all rows are stored', () => sink.rows().includes('7'));
    expect(sink.rows()).toEqual(numbersTo(8));
  });

  it('does not count records that the sink dropped while it took them', async () => {
    const topic = await fixture.topic('dropped', 1);
    const sink = bufferingSink();
    const taking = Promise.withResolvers<void>();
    let asked = 0;
    const positions = async (): Promise<ReadonlyMap<string, number>> => {
      asked += 1;
      return new Map([[`${topic}/0`, sink.reset()]]);
    };
    let isFirst = true;
    const onRecords = async (records: readonly KafkaRecord[]): Promise<void> => {
      if (!isFirst) return sink.accept(records);
      isFirst = false;
      taking.resolve();
      await until('it has gone back', () => asked > 1 && positioned.ready() === null);
    };
    const positioned = await start(topic, { positions }, onRecords);
    await fill(topic, 0, 5, 1);
    await taking.promise;
    positioned.recover(new PlatformError('STORAGE_UNAVAILABLE', 'the disk was full'));
    await positioned.caughtUp();
    expect(sink.rows()).toEqual(numbersTo(5));
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

  it('lets the sink store what it took before the partitions go to another', async () => {
    const topic = await fixture.topic('twins', 3);
    await fill(topic, 0, 30);
    const stored = new Map<string, number>();
    const { startMember, overtaken } = await startTwins(topic, stored);
    const first = await startMember();
    await first.caughtUp();
    expect(stored.size).toBe(0);
    const second = await startMember();
    await until('the second has its share', () => second.ready() === null && second.progress().length > 0);
    expect([...stored.values()]).toEqual([10, 10, 10]);
    await fill(topic, 30, 60);
    await Promise.all([first.caughtUp(), second.caughtUp()]);
    await Promise.all([first.stop(), second.stop()]);
    expect([...stored.values()]).toEqual([20, 20, 20]);
    expect(overtaken).toEqual([]);
  });
});
