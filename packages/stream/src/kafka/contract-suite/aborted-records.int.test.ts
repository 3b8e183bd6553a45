import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KafkaFixture, openKafkaFixture } from '../../testing/kafka-fixture.ts';

/*
 * What a Kafka client must do before the runtime may stand on it (all files of this folder). Every case is one
 * that a widespread client gets wrong, or that kafkajs gets wrong above the part that is used here.
 */

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

const text = (value: string): Buffer => Buffer.from(value);

describe('records of aborted transactions', () => {
  it('are hidden, several in one partition, and those between are shown', async () => {
    const topic = await fixture.topic('aborted', 1);
    const producer = await fixture.owner('aborted');
    for (let i = 0; i < 12; i++) {
      producer.begin();
      await producer.send([{ topic, key: 'k', value: text(`${i}`) }]);
      if (i % 3 === 0) await producer.commit();
      else await producer.abort();
    }
    await fixture.settle({ aborted: producer });
    expect(await fixture.valuesOf(topic)).toEqual(['0', '3', '6', '9']);
  });

  it('are hidden wherever reading begins, and whoever else writes between them', async () => {
    const topic = await fixture.topic('interleaved', 1);
    const ids = ['interleaved-1', 'interleaved-2', 'interleaved-3'];
    const producers = await Promise.all(ids.map((id) => fixture.owner(id)));
    const plain = fixture.kafka.producer();
    const shown: string[] = [];
    for (let round = 0; round < 6; round++) {
      // Three transactions are open at a time, their batches lie one behind the other, and each has two.
      for (const producer of producers) producer.begin();
      for (const part of ['a', 'b']) {
        for (const [number, producer] of producers.entries()) {
          const isKept = (round + number) % 3 === 0;
          const value = `${round}.${number}${part}${isKept ? '' : ' aborted'}`;
          if (isKept) shown.push(value);
          await producer.send([{ topic, key: 'k', value: text(value) }]);
        }
        await plain.send([{ topic, key: 'k', value: text(`${round}${part} plain`) }]);
        shown.push(`${round}${part} plain`);
      }
      await Promise.all(
        producers.map((producer, number) =>
          (round + number) % 3 === 0 ? producer.commit() : producer.abort(),
        ),
      );
    }
    await plain.close();
    await fixture.settle(Object.fromEntries(producers.map((producer, i) => [ids[i]!, producer])));

    const all = await fixture.readAll(topic);
    expect(all.map(({ value }) => String(value))).toEqual(shown);
    const [end] = await fixture.admin.endOffsets([topic]);
    for (let from = 0; from <= end!.offset; from++) {
      const expected = all.filter(({ offset }) => offset >= from).map(({ value }) => String(value));
      expect(await fixture.valuesOf(topic, from), `read from ${from}`).toEqual(expected);
    }
  });

  it('are hidden when a transaction is larger than what one fetch brings', async () => {
    const topic = await fixture.topic('wide', 1);
    const [aborting, committing] = await Promise.all([
      fixture.owner('wide-aborted'),
      fixture.owner('wide-committed'),
    ]);
    const values = Array.from({ length: 12 }, (_, i) => Buffer.concat([text(`${i}|`), randomBytes(400_000)]));
    aborting.begin();
    committing.begin();
    for (const value of values) {
      await aborting.send([{ topic, key: 'aborted', value }]);
      await committing.send([{ topic, key: 'committed', value }]);
    }
    await Promise.all([aborting.abort(), committing.commit()]);
    await fixture.settle({ 'wide-aborted': aborting, 'wide-committed': committing });
    // 9.6 MB, while a fetch brings at most 8 MiB, and 2 MiB of a partition: most fetches begin in its middle.
    const read = await fixture.readAll(topic);
    expect(read.map(({ key }) => String(key))).toEqual(values.map(() => 'committed'));
    expect(read.every(({ value }, i) => value?.equals(values[i]!))).toBe(true);
  });

  it('are not mistaken for an abort marker because of their key', async () => {
    const topic = await fixture.topic('marker-key', 1);
    const producer = await fixture.owner('marker-key');
    producer.begin();
    await producer.send([
      { topic, key: Buffer.from([0, 0, 0, 0]), value: text('hidden') },
      { topic, key: 'k', value: text('hidden too') },
    ]);
    await producer.abort();
    await fixture.settle({ 'marker-key': producer });
    expect(await fixture.valuesOf(topic)).toEqual([]);
  });

  it('hold nothing back once they are aborted; those of an open transaction do', async () => {
    const topic = await fixture.topic('open', 1);
    const [open, other] = await Promise.all([fixture.owner('open'), fixture.owner('open-other')]);
    const visibleEnd = async (): Promise<number> => (await fixture.admin.endOffsets([topic]))[0]!.offset;
    for (const producer of [open, other]) {
      producer.begin();
      await producer.send([{ topic, key: 'k', value: text(producer === open ? 'first' : 'second') }]);
    }
    await other.commit();
    await fixture.settle({ 'open-other': other });
    expect(await visibleEnd()).toBe(0);
    expect(await fixture.valuesOf(topic)).toEqual([]);
    await open.abort();
    const next = await fixture.owner('open');
    // The later owner's init has waited until the markers are written: two records and two markers.
    expect(await visibleEnd()).toBe(4);
    expect(await fixture.valuesOf(topic)).toEqual(['second']);
    await Promise.all([open.close(), next.close()]);
  });
});
