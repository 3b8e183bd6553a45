import { randomBytes } from 'node:crypto';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';
import { API_KEYS } from '../../testing/kafka-proxy.ts';

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const text = (value: string): Buffer => Buffer.from(value);

describe('records', () => {
  it('come back byte for byte: key, value, headers, tombstone, timestamp', async () => {
    const topic = await fixture.topic('bytes', 1);
    const producer = fixture.kafka.producer();
    const key = randomBytes(300);
    const value = randomBytes(1_000);
    const headers = { plain: text('ä'), empty: Buffer.alloc(0), twice: [randomBytes(3), randomBytes(200)] };
    const timestamp = Date.UTC(2020, 1, 2, 3, 4, 5, 678);
    await producer.send([
      { topic, partition: 0, key, value, headers, timestamp },
      { topic, partition: 0, key: null, value: null, timestamp: timestamp - 10_000 },
      { topic, partition: 0, key: '', value: Buffer.alloc(0), timestamp: timestamp + 5_000_000_000 },
    ]);
    await producer.close();
    const place = { topic, partition: 0 };
    expect(await fixture.readAll(topic)).toEqual([
      { ...place, offset: 0, key, value, headers, timestamp },
      { ...place, offset: 1, key: null, value: null, headers: {}, timestamp: timestamp - 10_000 },
      {
        ...place,
        offset: 2,
        key: text(''),
        value: Buffer.alloc(0),
        headers: {},
        timestamp: timestamp + 5_000_000_000,
      },
    ]);
  });

  it('go to the partition Java clients choose, and the answer says where each one lies', async () => {
    const topic = await fixture.topic('partitions', 5);
    const producer = fixture.kafka.producer();
    const keys = Array.from({ length: 50 }, (_, i) => `customer-${i}`);
    const offsets = await producer.send(keys.map((key) => ({ topic, key, value: text(key) })));
    await producer.close();
    const read = await fixture.readAll(topic);
    for (const [i, key] of keys.entries()) {
      const place = offsets[i];
      expect(place?.partition).toBe(partitionOf(key, 5));
      const found = read.find(
        ({ partition, offset }) => partition === place?.partition && offset === place.offset,
      );
      expect(String(found?.value)).toBe(key);
    }
  });

  it('of many calls at once keep their order per key', async () => {
    const topic = await fixture.topic('order', 2);
    const producer = fixture.kafka.producer();
    const numbers = Array.from({ length: 300 }, (_, i) => i);
    await Promise.all(numbers.map((i) => producer.send([{ topic, key: 'same', value: text(`${i}`) }])));
    await producer.close();
    expect(await fixture.valuesOf(topic)).toEqual(numbers.map(String));
  });
});

describe('an outage', () => {
  it('ends a plain send with KAFKA_UNAVAILABLE within its time, and the next one works again', async () => {
    const topic = await fixture.topic('outage', 1);
    const { proxy, kafka } = await fixture.proxied();
    const producer = kafka.producer({ sendTimeoutMilliseconds: 1_000 });
    await producer.send([{ topic, key: 'k', value: text('before') }]);
    proxy.interrupt();
    const started = performance.now();
    const sent = producer.send([{ topic, key: 'k', value: text('during') }]);
    await expect(sent).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retriable: true });
    expect(performance.now() - started).toBeLessThan(2_000);
    proxy.restore();
    await producer.send([{ topic, key: 'k', value: text('after') }]);
    await producer.close();
    await proxy.close();
    expect(await fixture.valuesOf(topic)).toEqual(['before', 'after']);
  });

  it('does not double a record whose answer was lost', async () => {
    const topic = await fixture.topic('retry', 1);
    const { proxy, kafka } = await fixture.proxied();
    const producer = kafka.producer();
    await producer.send([{ topic, key: 'k', value: text('1') }]);
    const cut = proxy.cutNextResponse(API_KEYS.Produce);
    const [place] = await producer.send([{ topic, key: 'k', value: text('2') }]);
    await cut;
    await producer.close();
    await proxy.close();
    expect(place).toEqual({ topic, partition: 0, offset: 1 });
    expect(await fixture.valuesOf(topic)).toEqual(['1', '2']);
  });

  it('says NOT_FOUND for a topic that does not exist', async () => {
    const producer = fixture.kafka.producer({ sendTimeoutMilliseconds: 500 });
    const sent = producer.send([{ topic: fixture.name('nowhere'), key: 'k', value: text('x') }]);
    await expect(sent).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await producer.close();
  });
});
