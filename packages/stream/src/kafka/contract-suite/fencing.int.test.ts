import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';
import type { CommittedPosition, TransactionalProducer } from '../api.ts';

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const text = (value: string): Buffer => Buffer.from(value);

type Attempt = (zombie: TransactionalProducer, topic: string, group: string) => Promise<unknown>;

const attempts: readonly [string, Attempt][] = [
  ['send', (zombie, topic) => zombie.send([{ topic, key: 'k', value: text('late') }])],
  [
    'send to a partition that is not part of the transaction yet',
    (zombie, topic) => zombie.send([{ topic, partition: 1, key: 'k', value: text('late') }]),
  ],
  [
    'send positions',
    (zombie, topic, group) => zombie.sendOffsets(group, [{ topic, partition: 0, offset: 99, metadata: '' }]),
  ],
  ['commit', (zombie) => zombie.commit()],
  ['abort', (zombie) => zombie.abort()],
];

describe('a later owner of a transactional id', () => {
  for (const [what, attempt] of attempts) {
    it(`is not disturbed by the former, which may no longer ${what}`, async () => {
      const part = `fenced-${attempts.findIndex(([name]) => name === what)}`;
      const topic = await fixture.topic(part, 2);
      const group = await fixture.group(part);
      const position = (offset: number): CommittedPosition => ({ topic, partition: 0, offset, metadata: '' });
      const zombie = await fixture.owner(part);
      zombie.begin();
      await zombie.send([{ topic, partition: 0, key: 'k', value: text('of the former') }]);
      await zombie.sendOffsets(group, [position(50)]);

      const later = await fixture.owner(part);
      // Initialising has settled the former's transaction: aborted, with its positions.
      expect(await fixture.admin.committedPositions(group, [{ topic, partition: 0 }])).toEqual([]);
      later.begin();
      await later.send([{ topic, partition: 0, key: 'k', value: text('of the later') }]);
      await expect(attempt(zombie, topic, group)).rejects.toMatchObject({ code: 'FENCED' });
      await later.sendOffsets(group, [position(7)]);
      await expect(zombie.commit()).rejects.toMatchObject({ code: 'FENCED' });
      await later.commit();
      await zombie.close();
      await fixture.settle({ [part]: later });

      expect(await fixture.valuesOf(topic)).toEqual(['of the later']);
      expect(await fixture.admin.committedPositions(group, [{ topic, partition: 0 }])).toEqual([position(7)]);
    });
  }

  it('has a later epoch or another producer id, and the third fences the second', async () => {
    const transactionalId = fixture.name('epochs');
    const owners = [1, 2, 3].map(() => fixture.kafka.transactionalProducer({ transactionalId }));
    const identities: { producerId: string; epoch: number }[] = [];
    for (const producer of owners) identities.push(await producer.init());
    const [first, second, third] = identities;
    for (const [former, later] of [
      [first, second],
      [second, third],
    ]) {
      expect(later!.producerId !== former!.producerId || later!.epoch > former!.epoch).toBe(true);
    }
    const topic = await fixture.topic('epochs', 1);
    owners[1]!.begin();
    const sent = owners[1]!.send([{ topic, key: 'k', value: text('late') }]);
    await expect(sent).rejects.toMatchObject({ code: 'FENCED' });
    await Promise.all(owners.map((producer) => producer.close()));
  });
});
