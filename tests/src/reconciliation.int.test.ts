import { randomUUID } from 'node:crypto';
import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { SourceOffset } from '@marketing-streams/contracts/record';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliveryStatus, orderPlaced, profileUpsert } from './harness/input-events.ts';
import type { PipelineAccess } from './harness/pipeline-access.ts';
import { PARTITIONS } from './harness/prepare-topics.ts';
import { readCompacted } from './harness/read-topic.ts';
import { sharedPipeline } from './harness/shared-pipeline.ts';
import { waitUntil } from './harness/wait-until.ts';

const { decode } = createJsonCodec<Reconciliation>('ops.reconciliation.v1');

const RUN = `reconciled-${randomUUID()}`;
const id = (name: string): string => `${RUN}-${name}`;
const [CLEAN, REJECTED, MISMATCHED, OVERTAKEN, MISPLACED] = [
  'clean',
  'rejected',
  'mismatched',
  'overtaken',
  'misplaced',
].map(id) as [string, string, string, string, string];
const NOW = Date.now() - 60_000;

let pipeline: PipelineAccess;

beforeAll(async () => {
  pipeline = await sharedPipeline('reconciliation', ['live', 'monitor']);
});
afterAll(() => pipeline?.close());

/** This test's differences as they stand published. */
const published = async (): Promise<ReadonlyMap<string, Reconciliation>> =>
  new Map(
    [...(await readCompacted(pipeline.kafka, 'ops.reconciliation.v1', decode))].filter(([customerId]) =>
      customerId.startsWith(RUN),
    ),
  );

/** Resolves when the causes of exactly these customers are named. */
const named = (customers: readonly string[]) =>
  waitUntil('differences are named', async () => {
    const rows = [...(await published()).values()].filter(({ cause }) => cause !== 'under-way');
    const missing = customers.filter((one) => rows.every(({ customer_id }) => customer_id !== one));
    if (missing.length > 0) return `${missing} not named`;
    return rows.length === customers.length ? null : `${rows.length} of ${customers.length}`;
  });

const customer = (customer_id: string): readonly OutgoingRecord[] => [
  pipeline.inputs.profile(
    profileUpsert({ customer_id, first_name: 'Ada', email: 'new@example.com', updated_at: NOW }),
  ),
  pipeline.inputs.order(
    orderPlaced({ order_id: 'o-1', customer_id, total_amount: 2_000, placed_at: NOW + 1 }),
  ),
  pipeline.inputs.activation(deliveryStatus({ activation_id: 'a-1', customer_id, occurred_at: NOW + 2 })),
];

const order = (customer_id: string, order_id: string, total_amount: number, placed_at = NOW) =>
  pipeline.inputs.order(orderPlaced({ order_id, customer_id, total_amount, placed_at }));

describe('live aggregation and gold', () => {
  let places: readonly SourceOffset[];

  it('differ in nothing after clean input', async () => {
    await pipeline.send([CLEAN, REJECTED, MISMATCHED, OVERTAKEN, MISPLACED].flatMap(customer));
    await pipeline.caughtUp();
    await named([]);
  });

  it('differ where silver refuses, or order is not time, and the record is named', async () => {
    const elsewhere = (partitionOf(MISPLACED, PARTITIONS) + 1) % PARTITIONS;
    places = await pipeline.send([
      order(REJECTED, 'o-2', -1),
      { ...order(MISMATCHED, 'o-2', 100), key: id('another') },
      pipeline.inputs.profile(
        profileUpsert({ customer_id: OVERTAKEN, email: 'old@example.com', updated_at: NOW - 1 }),
      ),
      { ...order(MISPLACED, 'o-1', 2_100, NOW - 5_000), partition: elsewhere },
    ]);
    await pipeline.caughtUp();
    await named([REJECTED, MISMATCHED, OVERTAKEN, MISPLACED]);
    const rows = await published();
    const [rejected, mismatched, overtaken, misplaced] = places as [
      SourceOffset,
      SourceOffset,
      SourceOffset,
      SourceOffset,
    ];
    expect(rows.get(REJECTED)).toMatchObject({ cause: 'rejected', records: [rejected] });
    expect(rows.get(REJECTED)!.records[0]!.detail).toMatch(/^refused by silver: VALUE_INVALID: total_amount/);
    expect(rows.get(MISMATCHED)).toMatchObject({
      cause: 'rejected',
      records: [mismatched],
      differences: [
        { field: 'order_count', live: '2', gold: '1' },
        { field: 'lifetime_value', live: '21', gold: '20' },
      ],
    });
    expect(rows.get(OVERTAKEN)).toMatchObject({
      cause: 'overtaken',
      records: [overtaken],
      differences: [{ field: 'email', live: '"old@example.com"', gold: '"new@example.com"' }],
    });
    expect(rows.get(MISPLACED)).toMatchObject({
      cause: 'misplaced',
      differences: [{ field: 'lifetime_value', live: '21', gold: '20' }],
    });
    expect(rows.get(MISPLACED)!.records).toContainEqual(expect.objectContaining(misplaced));
  });

  it('differ no more when the record was sent as it was meant', async () => {
    await pipeline.send([
      order(REJECTED, 'o-2', 300),
      order(MISMATCHED, 'o-2', 100, NOW + 10),
      pipeline.inputs.profile(
        profileUpsert({ customer_id: OVERTAKEN, email: 'newest@example.com', updated_at: NOW + 10 }),
      ),
      order(MISPLACED, 'o-1', 2_200, NOW + 10),
    ]);
    await pipeline.caughtUp();
    await named([]);
  });
});
