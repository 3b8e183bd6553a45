import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import {
  publishedValue,
  type RecordOptions,
  runPipeline,
  testRecord,
} from '@marketing-streams/stream/testing/run-pipeline';
import { beforeEach, describe, expect, it } from 'vitest';
import { orders } from './datasets.ts';
import { silverPart, silverProcessor } from './processor.ts';
import { REPARTITION_TOPIC } from './steps/forward-misplaced.ts';

const PARTITIONS = 6;
const registry = memoryRegistry();
const events = await createAvroCodec<OrderPlaced>({ registry, topic: 'dom.order.placed.v1' });
const rows = await createAvroCodec<SilverOrder>({ registry, topic: 'silver.orders.v1' });
const part = silverPart(await orders(registry), PARTITIONS);
const forwardedPipeline = silverProcessor([part]).pipelines.find(({ topic }) => topic === REPARTITION_TOPIC);

const customer_id = 'c1';
const home = partitionOf(customer_id, PARTITIONS);
const placedAt = Date.UTC(2026, 0, 1);

const order = (changes: Partial<OrderPlaced> = {}): OrderPlaced => ({
  order_id: 'o1',
  customer_id,
  status: 'PLACED',
  total_amount: 12050,
  currency: 'USD',
  items: [],
  placed_at: placedAt,
  updated_at: null,
  ...changes,
});

let state: StateView = memoryState(part.state);
beforeEach(() => {
  state = memoryState(part.state);
});

const record = (value: Buffer | null, options: RecordOptions = {}): KafkaRecord =>
  testRecord({ topic: 'dom.order.placed.v1', partition: home, key: customer_id, value, ...options });

const feed = (event: OrderPlaced, options: RecordOptions = {}): PipelineResult =>
  runPipeline(part.pipeline, record(events.encode(event), options), state);

const outputsOf = (result: PipelineResult): readonly Output[] => {
  if (result.kind !== 'ok') throw new Error(`expected outputs, got ${JSON.stringify(result)}`);
  return result.outputs;
};

describe('silver orders', () => {
  it('publishes the row under its own key on the customer’s partition', () => {
    const [output, ...others] = outputsOf(feed(order(), { offset: 9 }));
    expect(others).toEqual([]);
    expect(output).toMatchObject({
      topic: 'silver.orders.v1',
      key: '{"customer_id":"c1","order_id":"o1"}',
      partition: home,
      latestOnly: true,
    });
    expect(rows.decode(publishedValue(output!)!)).toEqual({
      ...order(),
      updated_at: placedAt,
      source_offsets: [{ topic: 'dom.order.placed.v1', partition: home, offset: 9 }],
    });
  });

  it('publishes nothing for a repeat', () => {
    feed(order(), { offset: 1 });
    expect(feed(order(), { offset: 2 })).toMatchObject({ kind: 'drop', reason: 'repeat', step: 'upsertRow' });
  });

  it('does not bring a cancelled order back', () => {
    feed(order());
    outputsOf(feed(order({ status: 'CANCELLED', updated_at: placedAt + 1 }), { offset: 1 }));
    expect(feed(order({ updated_at: placedAt + 2 }), { offset: 2 })).toMatchObject({ kind: 'drop' });
  });

  it('refuses a record without a key', () => {
    const result = runPipeline(part.pipeline, record(events.encode(order()), { key: null }), state);
    expect(result).toMatchObject({ kind: 'dead-letter', code: 'KEY_MISSING', step: 'requireKey' });
  });

  it('refuses a tombstone', () => {
    expect(runPipeline(part.pipeline, record(null), state)).toMatchObject({
      kind: 'dead-letter',
      code: 'VALUE_MISSING',
    });
  });

  it('refuses a key that is not the record’s customer', () => {
    expect(feed(order(), { key: 'somebody else' })).toMatchObject({
      code: 'KEY_MISMATCH',
      step: 'checkEvent',
    });
  });

  it('names field and value of what is invalid', () => {
    const result = feed(order({ total_amount: -5 }));
    expect(result).toMatchObject({ kind: 'dead-letter', code: 'VALUE_INVALID' });
    expect(JSON.stringify(result)).toContain('total_amount');
  });

  it('refuses undecodable bytes', () => {
    expect(() => runPipeline(part.pipeline, record(Buffer.from('no avro')), state)).toThrow(
      /dom.order.placed.v1/,
    );
  });
});

describe('an order on a wrong partition', () => {
  const elsewhere = (home + 1) % PARTITIONS;

  it('is forwarded with its bytes and its origin, and changes nothing on the way', () => {
    const value = events.encode(order());
    const outputs = outputsOf(
      runPipeline(part.pipeline, record(value, { partition: elsewhere, offset: 4 }), state),
    );
    expect(outputs).toHaveLength(1);
    expect(outputs[0]).toMatchObject({
      topic: REPARTITION_TOPIC,
      key: customer_id,
      partition: home,
      headers: { origin: `dom.order.placed.v1/${elsewhere}/4` },
    });
    expect(publishedValue(outputs[0]!)).toEqual(value);
    expect([...state.range('')]).toEqual([]);
  });

  it('becomes the customer’s row with the precedence of its first place', () => {
    const headers = { origin: Buffer.from(`dom.order.placed.v1/${elsewhere}/4`) };
    const forwarded = record(events.encode(order()), { topic: REPARTITION_TOPIC, offset: 77, headers });
    const [output] = outputsOf(runPipeline(forwardedPipeline!, forwarded, state));
    expect(rows.decode(publishedValue(output!)!).source_offsets).toEqual([
      { topic: 'dom.order.placed.v1', partition: elsewhere, offset: 4 },
    ]);
    expect(runPipeline(forwardedPipeline!, forwarded, state)).toMatchObject({
      kind: 'drop',
      reason: 'repeat',
    });
  });
});

describe('a lost store', () => {
  it('comes back from the silver topic', () => {
    const [output] = outputsOf(feed(order()));
    const rebuilt = memoryState(part.state);
    part.rebuild.load(
      testRecord({ topic: 'silver.orders.v1', key: output!.key, value: publishedValue(output!) }),
      rebuilt,
    );
    expect([...rebuilt.range('')]).toEqual([...state.range('')]);
  });
});
