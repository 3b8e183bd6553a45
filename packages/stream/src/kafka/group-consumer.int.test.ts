import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTaskAssignor } from '../assignor.ts';
import { type KafkaFixture, openKafkaFixture, until } from '../testing/kafka-fixture.ts';
import type { Assignment, GroupConsumer } from './api.ts';

/** The part of the contract that is about groups, see `contract-suite.int.test.ts`. */

let fixture: KafkaFixture;
beforeAll(() => {
  fixture = openKafkaFixture();
});
afterAll(() => fixture.close());

type Observed = { readonly consumer: GroupConsumer; assignment?: Assignment; readonly seen: string[] };

const member = (group: string, topic: string, tasks = 2): Observed => {
  const seen: string[] = [];
  const observed: Observed = {
    seen,
    consumer: fixture.kafka.groupConsumer({
      groupId: group,
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
    }),
  };
  return observed;
};

const partitionsOf = ({ assignment }: Observed): number[] =>
  (assignment?.partitions ?? []).map(({ partition }) => partition).sort();

describe('a group', () => {
  it('ends an assignment by its signal when another member joins in the middle of a transaction', async () => {
    const topic = await fixture.topic('rebalance', 4);
    const group = fixture.name('rebalance');
    const first = member(group, topic);
    await until('the first has all', () => partitionsOf(first).length === 4);
    const { assignment } = first;
    const outlived = fixture.kafka.transactionalProducer({ transactionalId: fixture.name('rebalance') });
    await outlived.init();
    outlived.begin();
    await outlived.send([{ topic, partition: 1, key: 'k', value: Buffer.from('of the former owner') }]);

    const second = member(group, topic);
    await until('the first is told', () => assignment?.signal.aborted === true);
    await until(
      'both have a task',
      () => partitionsOf(first).length === 2 && partitionsOf(second).length === 2,
    );
    expect([partitionsOf(first), partitionsOf(second)].flat().sort()).toEqual([0, 1, 2, 3]);

    const next = fixture.kafka.transactionalProducer({ transactionalId: fixture.name('rebalance') });
    await next.init();
    await expect(outlived.commit()).rejects.toMatchObject({ code: 'FENCED' });
    next.begin();
    await next.send([{ topic, partition: 1, key: 'k', value: Buffer.from('of the next owner') }]);
    await next.commit();
    await until('it arrives', () => [...first.seen, ...second.seen].includes('of the next owner'));
    expect([...first.seen, ...second.seen]).toEqual(['of the next owner']);
    await Promise.all([first.consumer.close(), second.consumer.close(), outlived.close(), next.close()]);
  });

  it('delivers at once although other partitions stay silent, and keeps an idle member', async () => {
    const topic = await fixture.topic('silent', 4);
    const observed = member(fixture.name('silent'), topic);
    await until('it is assigned', () => observed.consumer.problem() === null);
    const producer = fixture.kafka.producer();
    const { assignment } = observed;
    // Longer than the session: only heartbeats that do not wait for a fetch keep the member.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const started = performance.now();
    await producer.send([{ topic, partition: 3, key: 'k', value: Buffer.from('at last') }]);
    await until('it arrives', () => observed.seen.includes('at last'));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(assignment?.signal.aborted).toBe(false);
    await Promise.all([observed.consumer.close(), producer.close()]);
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

  it('does not let members in that divide the work in another way', async () => {
    const topic = await fixture.topic('protocol', 4);
    const group = fixture.name('protocol');
    const first = member(group, topic, 2);
    await until('the first has all', () => partitionsOf(first).length === 4);
    const other = member(group, topic, 3);
    await until('the other is refused', () => other.seen.some((text) => text.includes('tasks-3')));
    await Promise.all([first.consumer.close(), other.consumer.close()]);
  });
});
