import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';
import { API_KEYS, type KafkaProxy } from '../../testing/kafka-proxy.ts';

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const text = (value: string): Buffer => Buffer.from(value);

type Cut = {
  readonly where: string;
  readonly cut: (proxy: KafkaProxy) => Promise<void>;
  /** What has become of the transaction in truth. */
  readonly truth: 'committed' | 'aborted';
};

const cuts: readonly Cut[] = [
  {
    where: 'the answer to the commit is lost',
    cut: (proxy) => proxy.cutNextResponse(API_KEYS.EndTxn),
    truth: 'committed',
  },
  {
    where: 'the commit itself is lost',
    cut: (proxy) => proxy.cutNextRequest(API_KEYS.EndTxn),
    truth: 'aborted',
  },
];

describe('a commit', () => {
  for (const { where, cut, truth } of cuts) {
    it(`has an unknown outcome when ${where}; the next init settles it, and positions tell: ${truth}`, async () => {
      const topic = await fixture.topic(`unknown-${truth}`, 1);
      const group = await fixture.group(`unknown-${truth}`);
      const transactionalId = fixture.name(`unknown-${truth}`);
      const { proxy, kafka } = await fixture.proxied();
      const producer = kafka.transactionalProducer({ transactionalId });
      await producer.init();
      producer.begin();
      await producer.send([{ topic, key: 'k', value: text('of unknown fate') }]);
      await producer.sendOffsets(group, [{ topic, partition: 0, offset: 7, metadata: 'note' }]);
      const isCut = cut(proxy);
      await expect(producer.commit()).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' });
      await isCut;
      await producer.close();

      const next = await fixture.owner(`unknown-${truth}`);
      const committed = await fixture.admin.committedPositions(group, [{ topic, partition: 0 }]);
      const values = await fixture.valuesOf(topic);
      await Promise.all([next.close(), proxy.close()]);
      const isCommitted = truth === 'committed';
      expect(committed).toEqual(isCommitted ? [{ topic, partition: 0, offset: 7, metadata: 'note' }] : []);
      expect(values).toEqual(isCommitted ? ['of unknown fate'] : []);
    });
  }

  it('that is cut in one transaction after the other ends each as its positions tell', async () => {
    const topic = await fixture.topic('unknown-often', 1);
    const group = await fixture.group('unknown-often');
    const transactionalId = fixture.name('unknown-often');
    const { proxy, kafka } = await fixture.proxied();
    const truths: string[] = [];
    for (let round = 1; round <= 8; round++) {
      const producer = kafka.transactionalProducer({ transactionalId });
      await producer.init();
      const [known] = await fixture.admin.committedPositions(group, [{ topic, partition: 0 }]);
      producer.begin();
      const offset = (known?.offset ?? 0) + 1;
      await producer.send([{ topic, key: 'k', value: text(`${offset}`) }]);
      await producer.sendOffsets(group, [{ topic, partition: 0, offset, metadata: '' }]);
      const { cut, truth } = cuts[round % 2]!;
      const isCut = cut(proxy);
      await expect(producer.commit()).rejects.toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN' });
      await isCut;
      truths.push(truth);
      await producer.close();
    }
    const next = await fixture.owner('unknown-often');
    await Promise.all([next.close(), proxy.close()]);
    const commits = truths.filter((truth) => truth === 'committed').length;
    expect(await fixture.valuesOf(topic)).toEqual(Array.from({ length: commits }, (_, i) => `${i + 1}`));
  });
});

describe('a transaction', () => {
  it('that did nothing leaves nothing behind, however it ends', async () => {
    const topic = await fixture.topic('empty', 1);
    const producer = await fixture.owner('empty');
    for (const end of ['commit', 'abort', 'commit'] as const) {
      producer.begin();
      await producer[end]();
    }
    producer.begin();
    await producer.send([{ topic, key: 'k', value: text('the first') }]);
    await producer.commit();
    await fixture.settle({ empty: producer });
    const [record] = await fixture.readAll(topic);
    expect(record?.offset).toBe(0);
  });

  it('whose connection breaks before the commit is settled as aborted by the next owner', async () => {
    const topic = await fixture.topic('broken', 1);
    const group = await fixture.group('broken');
    const { proxy, kafka } = await fixture.proxied();
    const producer = kafka.transactionalProducer({ transactionalId: fixture.name('broken') });
    await producer.init();
    producer.begin();
    await producer.sendOffsets(group, [{ topic, partition: 0, offset: 3, metadata: '' }]);
    const isCut = proxy.cutNextResponse(API_KEYS.Produce);
    const sent = producer.send([{ topic, key: 'k', value: text('arrived, unheard of') }]);
    await expect(sent).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' });
    await isCut;
    await producer.close();
    const next = await fixture.owner('broken');
    expect(await fixture.admin.committedPositions(group, [{ topic, partition: 0 }])).toEqual([]);
    expect(await fixture.valuesOf(topic)).toEqual([]);
    await Promise.all([next.close(), proxy.close()]);
  });
});
