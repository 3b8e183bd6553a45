import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';
import type { OutgoingRecord } from '../api.ts';

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const numbered = (count: number, bytes: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => Buffer.concat([Buffer.from(`${i}|`), randomBytes(bytes)]));

/** Brokers take batches of up to 1,048,588 bytes unless a topic says otherwise. */
const TOO_MUCH = 1_200_000;

describe('a batch over the size limit', () => {
  it('is split within one transaction: all of it in order after the commit, nothing after an abort', async () => {
    const topic = await fixture.topic('large', 2);
    const producer = await fixture.owner('large');
    const values = numbered(60, 50_000);
    const records = (key: string): OutgoingRecord[] =>
      values.map((value, i) => ({ topic, partition: i % 2, key, value }));
    producer.begin();
    await producer.send(records('aborted'));
    await producer.abort();
    producer.begin();
    await producer.send(records('committed'));
    await producer.commit();
    await fixture.settle({ large: producer });
    const read = await fixture.readAll(topic);
    expect(new Set(read.map(({ key }) => String(key)))).toEqual(new Set(['committed']));
    for (const partition of [0, 1]) {
      const [got, sent] = [
        read.filter((record) => record.partition === partition).map(({ value }) => value!),
        values.filter((_, i) => i % 2 === partition),
      ];
      expect(got).toHaveLength(sent.length);
      expect(got.every((value, i) => value.equals(sent[i]!))).toBe(true);
    }
  });

  it('of a plain producer is split too, and the answer names every place', async () => {
    const topic = await fixture.topic('large-plain', 1);
    const producer = fixture.kafka.producer();
    const places = await producer.send(numbered(30, 60_000).map((value) => ({ topic, key: 'k', value })));
    await producer.close();
    expect(places.map(({ offset }) => offset)).toEqual(places.map((_, i) => i));
  });

  it('of many small records is split by what their headers and keys add', async () => {
    const topic = await fixture.topic('small', 1);
    const producer = await fixture.owner('small');
    const header = randomBytes(40);
    const records = Array.from({ length: 20_000 }, (_, i) => ({
      topic,
      key: `customer-${i}`,
      value: null,
      headers: { trace: header, 'content-type': 'tombstone' },
    }));
    producer.begin();
    await producer.send(records);
    await producer.commit();
    await fixture.settle({ small: producer });
    const read = await fixture.readAll(topic);
    expect(read.map(({ key }) => String(key))).toEqual(records.map(({ key }) => key));
  });
});

describe('a record that no batch can hold', () => {
  it('is refused by name and size, and the plain producer goes on', async () => {
    const topic = await fixture.topic('too-large', 1);
    const producer = fixture.kafka.producer();
    const refused = producer.send([{ topic, key: 'whale', value: randomBytes(TOO_MUCH) }]);
    await expect(refused).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining(`${topic}/0`),
    });
    await expect(refused).rejects.toThrow(/takes no record of 1200\d{3} bytes \(key "whale"\)/);
    await producer.send([{ topic, key: 'minnow', value: Buffer.from('fits') }]);
    await producer.close();
    expect(await fixture.valuesOf(topic)).toEqual(['fits']);
  });

  it('ends its transaction, of which nothing is seen, and the next owner goes on', async () => {
    const topic = await fixture.topic('too-large-transaction', 1);
    const group = fixture.name('too-large');
    const producer = await fixture.owner('too-large');
    producer.begin();
    await producer.send([{ topic, key: 'k', value: Buffer.from('before it') }]);
    await producer.sendOffsets(group, [{ topic, partition: 0, offset: 1, metadata: '' }]);
    const refused = producer.send([
      { topic, key: 'k', value: Buffer.from('beside it') },
      { topic, key: 'whale', value: randomBytes(TOO_MUCH) },
    ]);
    await expect(refused).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    await expect(refused).rejects.toThrow(/"whale"/);
    await producer.close();
    const next = await fixture.owner('too-large');
    next.begin();
    await next.send([{ topic, key: 'k', value: Buffer.from('after it') }]);
    await next.commit();
    await fixture.settle({ 'too-large': next });
    expect(await fixture.valuesOf(topic)).toEqual(['after it']);
    expect(await fixture.admin.committedPositions(group, [{ topic, partition: 0 }])).toEqual([]);
  });
});
