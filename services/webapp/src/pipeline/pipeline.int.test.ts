import { randomUUID } from 'node:crypto';
import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import { createSchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { createLogger } from '@marketing-streams/platform/logging';
import { untilAvailable } from '@marketing-streams/platform/until-available';
import type { TransactionalProducer } from '@marketing-streams/stream/kafka/api';
import { createKafkaClient } from '@marketing-streams/stream/kafka/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerGold } from '../testing/customer-gold.ts';
import { listenToEvents } from '../testing/event-stream.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';

type Pipeline = {
  readonly hops: readonly {
    readonly name: string;
    readonly state: string;
    readonly unread_records: number;
    readonly oldest_unread_at: string | null;
  }[];
  readonly reconciliation: Record<string, unknown>;
  readonly late_events: readonly object[];
  readonly dead_letters: { readonly count: number; readonly newest: readonly object[] };
};

let surroundings: Surroundings;
let webapp: RunningWebapp;
const logger = createLogger('test');
const kafka = createKafkaClient({
  bootstrapServers: process.env['KAFKA_BOOTSTRAP_SERVERS']!,
  clientId: `test-${randomUUID()}`,
  logger,
});
let producer: TransactionalProducer;

beforeAll(async () => {
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  // A broker that has just started loads its coordinators first.
  producer = await untilAvailable(
    async () => {
      const fresh = kafka.transactionalProducer({ transactionalId: `pipeline-${randomUUID()}` });
      await fresh.init();
      return fresh;
    },
    { onWaiting: () => {}, logger },
  );
});
afterAll(async () => {
  await producer?.close();
  await surroundings?.close();
});

const pipeline = async (): Promise<Pipeline> =>
  (await (await fetch(`${webapp.url}/api/pipeline`)).json()) as Pipeline;

/** Publishes in a transaction: its marker follows the records on their partition. */
const publish = async (topic: string, key: string, value: Buffer | null): Promise<void> => {
  producer.begin();
  await producer.send([{ topic, partition: 0, key, value }]);
  await producer.commit();
};

/** Commits the comparison's position on partition 0 of the consolidated customers. */
const commit = async (offset: number): Promise<void> => {
  const { comparing, consolidated } = surroundings.topics.pipeline;
  producer.begin();
  await producer.sendOffsets(comparing, [{ topic: consolidated, partition: 0, offset, metadata: '' }]);
  await producer.commit();
};

const difference = (cause: string) =>
  Buffer.from(
    JSON.stringify({
      customer_id: 'ada',
      differences: [{ field: 'order_count', live: '2', gold: '1' }],
      cause,
      records: [
        { topic: 'dom.order.placed.v1', partition: 4, offset: 17, detail: 'rejected: VALUE_INVALID' },
      ],
      since: Date.now(),
    }),
  );

describe('the pipeline', () => {
  it('says that nothing is compared where nobody compares', async () => {
    const { hops, reconciliation } = await pipeline();
    expect(hops).toMatchObject([
      { state: 'absent', unread_records: 0 },
      { name: 'webapp', state: 'caught-up', unread_records: 0 },
    ]);
    expect(reconciliation['says']).toBe('Nothing is compared yet');
  });

  it('counts records and not the markers of transactions', async () => {
    const { consolidated } = surroundings.topics.pipeline;
    await publish(consolidated, 'ada', Buffer.from('{}'));
    await publish(consolidated, 'ada', Buffer.from('{}'));
    await commit(1);
    const hop = async () => (await pipeline()).hops[0]!;
    await expect.poll(hop, { timeout: 5_000 }).toMatchObject({ state: 'stopped', unread_records: 1 });
    expect(Date.now() - Date.parse((await hop()).oldest_unread_at!)).toBeLessThan(60_000);
    // Behind the last record there is only the marker of its transaction.
    await commit(3);
    await expect.poll(hop, { timeout: 5_000 }).toMatchObject({ unread_records: 0, oldest_unread_at: null });
  });

  it('lists a difference with its cause, and says zero plainly once it is gone', async () => {
    await surroundings.publishGold(customerGold({ customer_id: 'ada' }));
    const topic = surroundings.topics.tables.reconciliation;
    const events = await listenToEvents(`${webapp.url}/events/pipeline`);
    const says = (text: string) =>
      events.next(({ data }) => data['target'] === 'pipeline' && String(data['html']).includes(text));
    await publish(topic, 'ada', difference('rejected'));
    await says('1 customer differs');
    expect((await pipeline()).reconciliation).toMatchObject({
      customers_differing: 1,
      by_cause: { rejected: 1 },
      differences: [{ customer_id: 'ada', records: [{ partition: 4, offset: 17 }] }],
    });
    const page = await (await fetch(`${webapp.url}/pipeline`)).text();
    expect(page).toContain('record rejected');
    expect(page).toContain('dom.order.placed.v1/4/17');

    await publish(topic, 'ada', difference('under-way'));
    await says('1 customer under way');
    await publish(topic, 'ada', null);
    await says('<strong data-live>0 differences</strong>');
    await events.close();
  });

  it('counts late events and dead letters', async () => {
    const registry = createSchemaRegistry({ url: process.env['SCHEMA_REGISTRY_URL']! });
    const codec = await createAvroCodec<DeadLetter>({ registry, topic: 'dead-letter-queue' });
    const letter: DeadLetter = {
      key: null,
      value: null,
      headers: [],
      topic: 'logs',
      partition: 1,
      offset: 5,
      timestamp: 1,
      schema_id: null,
      service: 'live',
      step: 'decode',
      error_code: 'VALUE_INVALID',
      message: 'cost = <b>-1</b> must not be negative',
      attempt: 1,
      failed_at: Date.now(),
    };
    await publish(surroundings.topics.pipeline.deadLetters, 'x', codec.encode(letter));
    await publish(surroundings.topics.pipeline.deadLetters, 'x', codec.encode({ ...letter, offset: 6 }));
    const late = { campaign: 'spring_sale', channel: 'email', window_start: 60_000, source_partition: 0 };
    await publish(
      surroundings.topics.tables.lateEvents,
      'late',
      Buffer.from(JSON.stringify({ ...late, events: 3, spend: 1.5 })),
    );
    await webapp.caughtUp();
    const { dead_letters, late_events } = await pipeline();
    expect(late_events).toMatchObject([{ campaign: 'spring_sale', events: 3, spend: 1.5, windows: 1 }]);
    expect(dead_letters).toMatchObject({
      count: 2,
      is_exact: true,
      newest: [{ error_code: 'VALUE_INVALID' }, {}],
    });
    const page = await (await fetch(`${webapp.url}/pipeline`)).text();
    expect(page).toContain('cost = &lt;b&gt;-1&lt;/b&gt; must not be negative');
    expect(page).toContain('$1.50 left out of results');
  });
});
