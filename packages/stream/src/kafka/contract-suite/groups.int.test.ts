import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTaskAssignor } from '../../assignor.ts';
import { type KafkaFixture, openKafkaFixture, until } from '../../testing/kafka-fixture.ts';
import { API_KEYS } from '../../testing/kafka-proxy.ts';
import type { Assignment, GroupConsumer, GroupConsumerOptions, KafkaClient } from '../api.ts';

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

type Observed = { readonly consumer: GroupConsumer; assignment?: Assignment; readonly seen: string[] };

/** A member that reads all from the beginning, or from where `positions` says. */
const member = (
  groupId: string,
  topic: string,
  options: { readonly tasks?: number; readonly kafka?: KafkaClient } & Partial<GroupConsumerOptions> = {},
): Observed => {
  const { tasks = 2, kafka = fixture.kafka, ...rest } = options;
  const seen: string[] = [];
  const observed: Observed = {
    seen,
    consumer: kafka.groupConsumer({
      groupId,
      topics: [topic],
      assignor: createTaskAssignor(tasks),
      onAssigned: async (assignment) => {
        observed.assignment = assignment;
        return assignment.partitions.map((partition) => ({ ...partition, offset: 0 }));
      },
      onFetched: (fetched) => {
        for (const { records } of fetched) for (const { value } of records) seen.push(String(value));
      },
      onRevoked: async () => {},
      onError: (error) => seen.push(String(error)),
      ...rest,
    }),
  };
  return observed;
};

const partitionsOf = ({ assignment }: Observed): number[] =>
  (assignment?.partitions ?? []).map(({ partition }) => partition).sort();

describe('a group that rebalances in the middle of a transaction', () => {
  it('tells the former owner by its signal, and its successor fences it and goes on', async () => {
    const topic = await fixture.topic('rebalance', 4);
    const output = await fixture.topic('rebalance-out', 4);
    const group = fixture.name('rebalance');
    const producer = fixture.kafka.producer();
    const sources = [0, 1, 2, 3].map((partition) => ({ topic, partition }));
    await producer.send(sources.map((place) => ({ ...place, key: 'k', value: Buffer.from('input') })));
    await producer.close();

    const first = member(group, topic);
    await until('the first has all', () => first.seen.length === 4);
    const { assignment } = first;
    const outlived = await fixture.owner('rebalance');
    outlived.begin();
    await outlived.send([
      { topic: output, partition: 1, key: 'k', value: Buffer.from('of the former owner') },
    ]);
    await outlived.sendOffsets(
      group,
      sources.map((place) => ({ ...place, offset: 1, metadata: 'of the former owner' })),
    );

    const second = member(group, topic);
    await until('the first is told', () => assignment?.signal.aborted === true);
    await until('both have one of two tasks', () =>
      [first, second].every((one) => partitionsOf(one).length === 2),
    );
    expect([partitionsOf(first), partitionsOf(second)].flat().sort()).toEqual([0, 1, 2, 3]);

    const next = await fixture.owner('rebalance');
    expect(await fixture.admin.committedPositions(group, sources)).toEqual([]);
    await expect(outlived.commit()).rejects.toMatchObject({ code: 'FENCED' });
    next.begin();
    await next.send([{ topic: output, partition: 1, key: 'k', value: Buffer.from('of the next owner') }]);
    const position = { topic, partition: 1, offset: 1, metadata: 'of the next owner' };
    await next.sendOffsets(group, [position]);
    await next.commit();
    await Promise.all([first.consumer.close(), second.consumer.close(), outlived.close()]);
    await fixture.settle({ rebalance: next });
    expect(await fixture.admin.committedPositions(group, sources)).toEqual([position]);
    expect(await fixture.valuesOf(output)).toEqual(['of the next owner']);
  });

  it('waits for the former owner to end what it does before anybody gets its partitions', async () => {
    const topic = await fixture.topic('revoked', 2);
    const group = fixture.name('revoked');
    const transaction = Promise.withResolvers<void>();
    const order: string[] = [];
    const first = member(group, topic, {
      onRevoked: async () => {
        await transaction.promise;
        order.push('the transaction is over');
      },
    });
    await until('the first has all', () => partitionsOf(first).length === 2);
    const { assignment } = first;
    const second = member(group, topic, {
      onAssigned: async ({ partitions }) => {
        order.push('the successor begins');
        return partitions.map((partition) => ({ ...partition, offset: 0 }));
      },
    });
    await until('the first is told', () => assignment?.signal.aborted === true);
    transaction.resolve();
    await until('the second has its part', () => second.consumer.problem() === null);
    expect(order).toEqual(['the transaction is over', 'the successor begins']);
    await Promise.all([first.consumer.close(), second.consumer.close()]);
  });
});

describe('a member', () => {
  it('stays one while it is idle, and gets a record at once although other partitions stay silent', async () => {
    const topic = await fixture.topic('silent', 4);
    const { proxy, kafka } = await fixture.proxied();
    const idle = member(fixture.name('silent'), topic, { kafka, sessionTimeoutMilliseconds: 1_000 });
    await until('it is assigned', () => idle.consumer.problem() === null);
    const { assignment } = idle;
    const before = proxy.answered(API_KEYS.Fetch);
    // Six of them are a session; the fetch of 5 seconds goes on meanwhile and keeps nobody alive.
    await until('heartbeats for longer than a session', () => proxy.answered(API_KEYS.Heartbeat) >= 8);
    expect(proxy.answered(API_KEYS.Fetch)).toBe(before);
    const producer = fixture.kafka.producer();
    const [place] = await producer.send([{ topic, partition: 3, key: 'k', value: Buffer.from('at last') }]);
    expect(place?.offset).toBe(0);
    await until('it arrives', () => idle.seen.includes('at last'), 1_000);
    expect(assignment?.signal.aborted).toBe(false);
    await Promise.all([idle.consumer.close(), producer.close()]);
    await proxy.close();
  });

  it('that has gone without a word loses its partitions when its session is over', async () => {
    const topic = await fixture.topic('gone', 2);
    const group = fixture.name('gone');
    const { proxy, kafka } = await fixture.proxied();
    const gone = member(group, topic, { kafka, sessionTimeoutMilliseconds: 1_000 });
    await until('it is assigned', () => gone.consumer.problem() === null);
    proxy.interrupt();
    const heir = member(group, topic, { sessionTimeoutMilliseconds: 1_000 });
    await until('the other has all', () => partitionsOf(heir).length === 2, 10_000);
    await until('it knows itself', () => gone.assignment?.signal.aborted === true);
    expect(gone.consumer.problem()).not.toBeNull();
    proxy.restore();
    await until('they share', () => [gone, heir].every((one) => partitionsOf(one).length === 1));
    await Promise.all([gone.consumer.close(), heir.consumer.close()]);
    await proxy.close();
  });

  it('goes where it is told to', async () => {
    const topic = await fixture.topic('seek', 1);
    const producer = fixture.kafka.producer();
    await producer.send(['1', '2', '3'].map((value) => ({ topic, key: 'k', value: Buffer.from(value) })));
    const observed = member(fixture.name('seek'), topic);
    await until('all have arrived', () => observed.seen.length === 3);
    observed.consumer.seek([{ topic, partition: 0, offset: 1 }]);
    await until('they arrive again', () => observed.seen.length === 5, 2_000);
    expect(observed.seen).toEqual(['1', '2', '3', '2', '3']);
    await Promise.all([observed.consumer.close(), producer.close()]);
  });

  it('is not let in when it divides the work in another way', async () => {
    const topic = await fixture.topic('protocol', 4);
    const group = fixture.name('protocol');
    const first = member(group, topic, { tasks: 2 });
    await until('the first has all', () => partitionsOf(first).length === 4);
    const other = member(group, topic, { tasks: 3 });
    await until('the other is refused', () => other.seen.some((text) => text.includes('tasks-3')));
    await Promise.all([first.consumer.close(), other.consumer.close()]);
  });
});
