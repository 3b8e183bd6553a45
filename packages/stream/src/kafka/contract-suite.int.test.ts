import { randomBytes } from 'node:crypto';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../testing/kafka-fixture.ts';
import { API_KEYS, startKafkaProxy } from '../testing/kafka-proxy.ts';
import type { TransactionalProducer } from './api.ts';
import { createKafkaClient } from './client.ts';

/*
 * What a Kafka client must do before the runtime may stand on it. Every case is one that a widespread client
 * gets wrong, or that kafkajs gets wrong above the part that is used here.
 */

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const owner = async (id: string): Promise<TransactionalProducer> => {
  const producer = fixture.kafka.transactionalProducer({ transactionalId: fixture.name(id) });
  await producer.init();
  return producer;
};

const text = (value: string): Buffer => Buffer.from(value);
const valuesOf = async (topic: string): Promise<string[]> =>
  (await fixture.readAll(topic)).map(({ value }) => String(value));

describe('transactions', () => {
  it('hides the records of several aborted transactions and shows those between', async () => {
    const topic = await fixture.topic('aborted', 1);
    const producer = await owner('aborted');
    for (let i = 0; i < 12; i++) {
      producer.begin();
      await producer.send([{ topic, key: 'k', value: text(`${i}`) }]);
      if (i % 3 === 0) await producer.commit();
      else await producer.abort();
    }
    await producer.close();
    expect(await valuesOf(topic)).toEqual(['0', '3', '6', '9']);
  });

  it("does not take a record for an abort marker because of its key's bytes", async () => {
    const topic = await fixture.topic('marker-key', 1);
    const producer = await owner('marker-key');
    producer.begin();
    await producer.send([
      { topic, key: Buffer.from([0, 0, 0, 0]), value: text('hidden') },
      { topic, key: 'k', value: text('hidden too') },
    ]);
    await producer.abort();
    await producer.close();
    expect(await valuesOf(topic)).toEqual([]);
  });

  it('fences the former owner, and only the former', async () => {
    const topic = await fixture.topic('fencing', 1);
    const former = await owner('fencing');
    former.begin();
    await former.send([{ topic, key: 'k', value: text('of the former') }]);
    const later = await owner('fencing');
    await expect(former.commit()).rejects.toMatchObject({ code: 'FENCED' });
    later.begin();
    await later.send([{ topic, key: 'k', value: text('of the later') }]);
    await later.commit();
    await Promise.all([former.close(), later.close()]);
    expect(await valuesOf(topic)).toEqual(['of the later']);
  });

  it('takes 200 transactions in a row that alternate between records and positions alone', async () => {
    const topic = await fixture.topic('alternating', 3);
    const group = fixture.name('alternating');
    const producer = await owner('alternating');
    for (let i = 0; i < 200; i++) {
      producer.begin();
      const sent = i % 2 === 0 ? producer.send([{ topic, key: `${i}`, value: text(`${i}`) }]) : undefined;
      await Promise.all([
        sent,
        producer.sendOffsets(group, [{ topic, partition: 0, offset: i, metadata: `${i}` }]),
      ]);
      await producer.commit();
    }
    await producer.close();
    expect(await valuesOf(topic)).toHaveLength(100);
    const committed = await fixture.admin.committedPositions(group, [{ topic, partition: 0 }]);
    expect(committed).toEqual([{ topic, partition: 0, offset: 199, metadata: '199' }]);
  });

  it('says that the outcome is unknown when the answer to the commit is lost, and init settles it', async () => {
    const topic = await fixture.topic('lost-answer', 1);
    const group = fixture.name('lost-answer');
    const proxy = await startKafkaProxy(fixture.servers);
    const { logger } = fixture;
    const kafka = createKafkaClient({
      bootstrapServers: proxy.bootstrapServers,
      clientId: 'proxied',
      logger,
    });
    const producer = kafka.transactionalProducer({ transactionalId: fixture.name('lost-answer') });
    await producer.init();
    producer.begin();
    await producer.send([{ topic, key: 'k', value: text('committed all the same') }]);
    await producer.sendOffsets(group, [{ topic, partition: 0, offset: 7, metadata: 'note' }]);
    const cut = proxy.cutNextResponse(API_KEYS.EndTxn);
    await expect(producer.commit()).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' });
    await cut;
    await producer.close();
    const next = await owner('lost-answer');
    const committed = await fixture.admin.committedPositions(group, [{ topic, partition: 0 }]);
    await Promise.all([next.close(), proxy.close()]);
    expect(committed).toEqual([{ topic, partition: 0, offset: 7, metadata: 'note' }]);
    expect(await valuesOf(topic)).toEqual(['committed all the same']);
  });

  it('gives positions only when a transaction that carries them is settled', async () => {
    const topic = await fixture.topic('unstable', 1);
    const group = fixture.name('unstable');
    const producer = await owner('unstable');
    producer.begin();
    await producer.sendOffsets(group, [{ topic, partition: 0, offset: 5, metadata: '' }]);
    const asked = fixture.admin.committedPositions(group, [{ topic, partition: 0 }]);
    let isAnswered = false;
    void asked.then(() => {
      isAnswered = true;
    });
    await fixture.admin.endOffsets([topic]);
    expect(isAnswered).toBe(false);
    await producer.commit();
    expect(await asked).toMatchObject([{ offset: 5 }]);
    await producer.close();
  });

  it('splits a batch over the limit of a request, and keeps the order', async () => {
    const topic = await fixture.topic('large', 1);
    const producer = await owner('large');
    const values = Array.from({ length: 60 }, (_, i) => Buffer.concat([text(`${i}|`), randomBytes(50_000)]));
    producer.begin();
    await producer.send(values.map((value) => ({ topic, key: 'k', value })));
    await producer.commit();
    await producer.close();
    const read = await fixture.readAll(topic);
    expect(
      read.map(({ value }) => value?.equals(values[read.findIndex((r) => r.value === value)]!)),
    ).not.toContain(false);
    expect(read).toHaveLength(60);
  });

  it('says PAYLOAD_TOO_LARGE for a record that no batch can hold', async () => {
    const topic = await fixture.topic('too-large', 1);
    const producer = fixture.kafka.producer();
    const sent = producer.send([{ topic, key: 'k', value: randomBytes(1_200_000) }]);
    await expect(sent).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await producer.close();
  });
});

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
    expect(await valuesOf(topic)).toEqual(numbers.map(String));
  });
});

describe('an outage', () => {
  it('ends a plain send with KAFKA_UNAVAILABLE within its time, and the next one works again', async () => {
    const topic = await fixture.topic('outage', 1);
    const proxy = await startKafkaProxy(fixture.servers);
    const { logger } = fixture;
    const kafka = createKafkaClient({
      bootstrapServers: proxy.bootstrapServers,
      clientId: 'proxied',
      logger,
    });
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
    expect(await valuesOf(topic)).toEqual(['before', 'after']);
  });

  it('does not double a record whose answer was lost', async () => {
    const topic = await fixture.topic('retry', 1);
    const proxy = await startKafkaProxy(fixture.servers);
    const { logger } = fixture;
    const kafka = createKafkaClient({
      bootstrapServers: proxy.bootstrapServers,
      clientId: 'proxied',
      logger,
    });
    const producer = kafka.producer();
    await producer.send([{ topic, key: 'k', value: text('1') }]);
    const cut = proxy.cutNextResponse(API_KEYS.Produce);
    const [place] = await producer.send([{ topic, key: 'k', value: text('2') }]);
    await cut;
    await producer.close();
    await proxy.close();
    expect(place).toEqual({ topic, partition: 0, offset: 1 });
    expect(await valuesOf(topic)).toEqual(['1', '2']);
  });

  it('says NOT_FOUND for a topic that does not exist', async () => {
    const producer = fixture.kafka.producer({ sendTimeoutMilliseconds: 500 });
    const sent = producer.send([{ topic: fixture.name('nowhere'), key: 'k', value: text('x') }]);
    await expect(sent).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await producer.close();
  });
});
