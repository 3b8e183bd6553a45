import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { MAX_CENTS } from '@marketing-streams/domain/money';
import { chance, createRandom, integerBetween, pick } from '@marketing-streams/domain/simulation/random';
import { publishedValue, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { describe, expect, it } from 'vitest';
import {
  codecs,
  delivery,
  order,
  PARTITIONS,
  patch,
  recordOf,
  registry,
  startLive,
} from './testing/live-bench.ts';

const at = (second: number): number => Date.UTC(2026, 0, 2, 0, 0, second);

/** Loads records into an empty state as the runtime does: source by source. */
const rebuilt = async (records: readonly KafkaRecord[]) => {
  const live = await startLive();
  for (const source of live.definition.rebuild!.sources) {
    const own = records.filter(({ topic }) => topic === source.topic);
    await source.prepare?.(own);
    for (const record of own) source.load(record, live.state);
  }
  return live;
};

/** What the comparisons would find published. */
const rowsOf = (live: Awaited<ReturnType<typeof startLive>>) =>
  live.definition.rebuild!.comparisons.map(({ rows }) =>
    Object.fromEntries(
      [...rows({ state: live.state, now: 0, partitions: [] })].map((output) => {
        const topic = output.topic as 'dom.segment.materialized.v1';
        return [output.key, codecs[topic].decode(Buffer.from(publishedValue(output)!))];
      }),
    ),
  );

const evaluation = (customer_id: string, evaluated_at: number): KafkaRecord =>
  testRecord({
    topic: 'dom.segment.materialized.v1',
    key: customer_id,
    value: Buffer.from(
      codecs['dom.segment.materialized.v1'].encode({ customer_id, segments: [], evaluated_at }),
    ),
  });

const silverRow = async <Row>(topic: TopicName, row: Row): Promise<KafkaRecord> => {
  const codec = await createAvroCodec<Row>({ registry, topic });
  return testRecord({ topic, value: Buffer.from(codec.encode(row)), timestamp: at(59) });
};

const silverOrder = (changes: Partial<SilverOrder> = {}) =>
  silverRow<SilverOrder>('silver.orders.v1', {
    ...order(),
    updated_at: order().placed_at,
    source_offsets: [],
    ...changes,
  });

const silverCustomer = (changes: Partial<SilverCustomer> = {}) =>
  silverRow<SilverCustomer>('silver.customers.v1', {
    ...patch({}),
    created_at: 1,
    field_updates: {},
    source_offsets: [],
    ...changes,
  });

/** Records of a few customers, some of them on a wrong partition or without a key. */
const randomRecords = (seed: number): readonly KafkaRecord[] => {
  const random = createRandom(seed);
  const ends = new Map<string, number>();
  return Array.from({ length: 400 }, (_, index) => {
    const customer_id = `c${integerBetween(random, 0, 5)}`;
    const event = pick(random, [
      patch({ customer_id, email: `${index}@example.com`, updated_at: at(integerBetween(random, 0, 50)) }),
      patch({ customer_id, is_active: chance(random, 0.5), updated_at: at(integerBetween(random, 0, 50)) }),
      order({
        customer_id,
        order_id: `o${integerBetween(random, 0, 9)}`,
        status: pick(random, ['PLACED', 'PLACED', 'CANCELLED'] as const),
        total_amount: integerBetween(random, 1, 500_000),
        placed_at: at(integerBetween(random, 0, 50)),
      }),
      delivery({
        customer_id,
        activation_id: `a${integerBetween(random, 0, 9)}`,
        status: chance(random, 0.5) ? 'DELIVERED' : 'FAILED',
      }),
    ]);
    const home = partitionOf(customer_id, PARTITIONS);
    const partition = chance(random, 0.2) ? integerBetween(random, 0, PARTITIONS - 1) : home;
    const record = recordOf(event, {
      partition,
      offset: 0,
      timestamp: at(index + integerBetween(random, -3, 3)),
    });
    const place = `${record.topic}/${partition}`;
    const offset = ends.get(place) ?? 0;
    ends.set(place, offset + 1);
    return { ...record, offset, ...(chance(random, 0.1) ? { key: null } : {}) };
  });
};

describe('a lost state', () => {
  it.each([1, 2, 3])('comes back from the inputs alone as it was (seed %i)', async (seed) => {
    const live = await startLive();
    const records = randomRecords(seed);
    for (const record of records) live.run(record);
    const forwarded = live.runForwarded();
    const again = await rebuilt([...records, ...forwarded]);
    expect([...again.state.range('')]).toEqual([...live.state.range('')]);
    expect(rowsOf(again)).toEqual([
      Object.fromEntries(live.consolidated),
      Object.fromEntries(live.materialized),
    ]);
  });

  it('has what silver still knows and the inputs forgot', async () => {
    const live = await rebuilt([
      evaluation('c1', at(9)),
      await silverCustomer({
        email: 'ada@example.com',
        is_active: false,
        field_updates: { is_active: { updated_at: at(5), partition: 0, offset: 0 } },
      }),
      await silverOrder({ total_amount: 700, placed_at: at(4) }),
      recordOf(order({ order_id: 'o2', total_amount: 50, placed_at: at(3) }), {
        offset: 8,
        timestamp: at(8),
      }),
    ]);
    const [consolidated, segments] = rowsOf(live);
    expect(consolidated!['c1']).toMatchObject({
      email: 'ada@example.com',
      is_active: false,
      order_count: 2,
      lifetime_value: 750,
    });
    expect(segments!['c1']).toMatchObject({ evaluated_at: at(9) });
  });

  it('takes what an input says over what silver does', async () => {
    const cancelled = await silverOrder({ status: 'CANCELLED', total_amount: 1 });
    const live = await rebuilt([
      cancelled,
      await silverCustomer({ email: 'newest@example.com' }),
      recordOf(patch({ email: 'last-said@example.com' }), { offset: 3, timestamp: at(1) }),
      recordOf(order({ total_amount: 900 }), { offset: 4, timestamp: at(2) }),
    ]);
    // A rank that silver knows of stays: the record that said so may be one of those that are gone.
    expect(rowsOf(live)[0]!['c1']).toMatchObject({ email: 'last-said@example.com', order_count: 0 });
  });

  it('has the time of the oldest record it sees for a customer whom only silver knew', async () => {
    const row = await silverOrder({ updated_at: at(50) });
    expect(rowsOf(await rebuilt([row]))[1]!['c1']).toMatchObject({ evaluated_at: at(50) });
    const seen = recordOf(order(), { offset: 4, timestamp: at(2) });
    expect(rowsOf(await rebuilt([row, seen]))[1]!['c1']).toMatchObject({ evaluated_at: at(2) });
  });

  it('does not stand for a customer of whom only an evaluation is left', async () => {
    expect(rowsOf(await rebuilt([evaluation('c1', at(9))]))).toEqual([{}, {}]);
  });

  it('refuses orders beyond any amount as the live path does: their sum ended the process again and again', async () => {
    const live = await startLive();
    const [input] = live.definition.rebuild!.sources.filter(({ topic }) => topic === 'dom.order.placed.v1');
    const records = Array.from({ length: 12 }, (_, offset) =>
      recordOf(order({ order_id: `o${offset}`, total_amount: MAX_CENTS }), { offset, timestamp: at(offset) }),
    );
    await input!.prepare?.(records);
    const [first, ...others] = records;
    input!.load(first!, live.state);
    for (const record of others)
      expect(() => input!.load(record, live.state)).toThrow(/VALUE_INVALID|come to more than/);
    expect(rowsOf(live)[0]!['c1']).toMatchObject({ order_count: 1, lifetime_value: MAX_CENTS });
  });
});
