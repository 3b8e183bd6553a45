import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readWithDeltalake } from '@marketing-streams/lakehouse/testing/python-delta-reader';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { librdkafkaPartition, misplacedKeys } from './harness/foreign-partitioner.ts';
import { readGold } from './harness/gold-topic.ts';
import { deliveryStatus, orderPlaced, profileUpsert } from './harness/input-events.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { PARTITIONS } from './harness/prepare-topics.ts';
import { readTopic } from './harness/read-topic.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';

let pipeline: PipelineAccess;

beforeAll(async () => {
  pipeline = await sharedPipeline('misplaced-records');
});
afterAll(() => pipeline?.close());

/** What a customer of another client sends: its partitioner has other ideas of where a key belongs. */
const misplacedRecords = ({ inputs }: PipelineAccess, customer_id: string): readonly OutgoingRecord[] => {
  const partition = librdkafkaPartition(customer_id, PARTITIONS);
  const now = Date.now();
  return [
    inputs.profile(profileUpsert({ customer_id, first_name: 'Barbara', updated_at: now - 4000 }), {
      partition,
    }),
    inputs.order(orderPlaced({ order_id: 'o-1', customer_id, total_amount: 1_999, placed_at: now - 3000 }), {
      partition,
    }),
    inputs.order(orderPlaced({ order_id: 'o-2', customer_id, total_amount: 3_001, placed_at: now - 2000 }), {
      partition,
    }),
    inputs.activation(
      deliveryStatus({ activation_id: 'a-1', customer_id, channel: 'PUSH', occurred_at: now - 1000 }),
      { partition },
    ),
  ];
};

describe('records on a wrong partition', () => {
  it('end in the right customer once, and bronze holds them once', async () => {
    const customerIds = misplacedKeys(`foreign-${randomUUID()}-`, 4, PARTITIONS);
    const places = await pipeline.send(customerIds.flatMap((id) => misplacedRecords(pipeline, id)));
    await pipeline.caughtUp();

    const gold = await readGold(pipeline.kafka);
    for (const customerId of customerIds) {
      expect(gold.get(customerId)).toMatchObject({
        first_name: 'Barbara',
        order_count: 2,
        lifetime_value: 5_000,
        delivered: 1,
        by_channel: { PUSH: { delivered: 1, failed: 0 } },
      });
    }
    const partitions = new Set(
      (await readTopic(pipeline.kafka, 'dom.customer.gold.v1'))
        .filter(({ key }) => customerIds.includes(key?.toString() ?? ''))
        .map(({ key, partition }) => `${key} ${partition}`),
    );
    expect(partitions.size).toBe(customerIds.length);

    const tables = ['bronze/customer_profiles', 'bronze/orders', 'bronze/activations'];
    const bronze = await Promise.all(
      tables.map((table) =>
        readWithDeltalake(
          join(pipeline.deltaDirectory, table),
          'SELECT topic, "partition", "offset", count(*) AS copies FROM t GROUP BY topic, "partition", "offset"',
        ),
      ),
    );
    const copies = new Map(
      bronze.flat().map((row) => [`${row['topic']}/${row['partition']}/${row['offset']}`, row['copies']]),
    );
    expect(places.map((place) => copies.get(`${place.topic}/${place.partition}/${place.offset}`))).toEqual(
      places.map(() => 1),
    );
  });
});
