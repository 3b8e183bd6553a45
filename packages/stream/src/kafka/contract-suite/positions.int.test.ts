import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';
import type { CommittedPosition } from '../api.ts';

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const text = (value: string): Buffer => Buffer.from(value);

describe('positions in a transaction', () => {
  it('are committed with it, notes and all, and are as they were after an abort', async () => {
    const topic = await fixture.topic('committed', 3);
    const group = await fixture.group('committed');
    const producer = await fixture.owner('committed');
    const places = [0, 1, 2].map((partition) => ({ topic, partition }));
    const positions = (offset: number): CommittedPosition[] =>
      // The broker takes notes of up to 4,096 bytes; the runtime keeps a snapshot of its state in them.
      places.map((place) => ({ ...place, offset, metadata: `ä ${offset} ${'.'.repeat(4_000)}` }));
    const committed = () => fixture.admin.committedPositions(group, places);
    const take = async (offset: number, end: 'commit' | 'abort'): Promise<void> => {
      producer.begin();
      await producer.sendOffsets(group, positions(offset));
      await producer.send([{ topic, key: 'k', value: text(`${offset} ${end}`) }]);
      await producer[end]();
    };
    await take(1, 'abort');
    expect(await committed()).toEqual([]);
    await take(2, 'commit');
    expect(await committed()).toEqual(positions(2));
    await take(3, 'abort');
    await take(4, 'abort');
    expect(await committed()).toEqual(positions(2));
    // Backwards too: a position is what was said last, not the highest.
    await take(1, 'commit');
    expect(await committed()).toEqual(positions(1));
    await fixture.settle({ committed: producer });
    expect(await fixture.valuesOf(topic)).toEqual(['2 commit', '1 commit']);
  });

  it('are the newest of many transactions in a row that carry nothing else', async () => {
    const topic = await fixture.topic('alone', 1);
    const group = await fixture.group('alone');
    const producer = await fixture.owner('alone');
    for (let offset = 1; offset <= 60; offset++) {
      producer.begin();
      await producer.sendOffsets(group, [{ topic, partition: 0, offset, metadata: `${offset}` }]);
      if (offset % 5 === 0) await producer.abort();
      else await producer.commit();
    }
    await producer.close();
    expect(await fixture.admin.committedPositions(group, [{ topic, partition: 0 }])).toEqual([
      { topic, partition: 0, offset: 59, metadata: '59' },
    ]);
  });

  it('take turns with records through 200 transactions in a row', async () => {
    const topic = await fixture.topic('alternating', 3);
    const group = await fixture.group('alternating');
    const producer = await fixture.owner('alternating');
    for (let i = 0; i < 200; i++) {
      producer.begin();
      const sent = i % 2 === 0 ? producer.send([{ topic, key: `${i}`, value: text(`${i}`) }]) : undefined;
      await Promise.all([
        sent,
        producer.sendOffsets(group, [{ topic, partition: 0, offset: i, metadata: `${i}` }]),
      ]);
      await producer.commit();
    }
    await fixture.settle({ alternating: producer });
    expect(await fixture.valuesOf(topic)).toHaveLength(100);
    const committed = await fixture.admin.committedPositions(group, [{ topic, partition: 0 }]);
    expect(committed).toEqual([{ topic, partition: 0, offset: 199, metadata: '199' }]);
  });

  it('are told only when the transaction that carries them is settled', async () => {
    const topic = await fixture.topic('unstable', 1);
    const group = await fixture.group('unstable');
    const producer = await fixture.owner('unstable');
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
});
