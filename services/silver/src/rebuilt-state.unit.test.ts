import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, runPipeline, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SilverDataset } from './dataset.ts';
import { activations, customers, orders } from './datasets.ts';
import { silverPart } from './processor.ts';

const PARTITIONS = 6;
const customer_id = 'cé"1';
const home = partitionOf(customer_id, PARTITIONS);
const registry = memoryRegistry();

const time = fc.constantFrom(0, 1, 2).map((day) => Date.UTC(2025, 0, 1 + day));
const text = fc.constantFrom('', 'a', 'b');
const optional = fc.constantFrom(null, 'a', 'b');

const orderEvents = fc.record({
  order_id: fc.constantFrom('o1', 'o2'),
  customer_id: fc.constant(customer_id),
  status: fc.constantFrom('PLACED', 'PLACED', 'CANCELLED', 'REFUNDED'),
  total_amount: fc.constantFrom(0, 12_050, 100_000_000),
  currency: fc.constant('USD'),
  items: fc.array(
    fc.record({
      sku: fc.constant('s'),
      name: text,
      category: text,
      quantity: fc.constantFrom(1, 2),
      unit_price: fc.constantFrom(0, 1),
    }),
    { maxLength: 2 },
  ),
  placed_at: time,
  updated_at: fc.option(time),
});

const activationEvents = fc.record({
  activation_id: fc.constantFrom('d1', 'd2'),
  customer_id: fc.constant(customer_id),
  campaign_id: optional,
  channel: fc.constantFrom('EMAIL', 'SMS'),
  status: fc.constantFrom('DELIVERED', 'FAILED'),
  failure_reason: optional,
  occurred_at: time,
});

const profilePatches = fc.record({
  customer_id: fc.constant(customer_id),
  email: fc.constantFrom(null, 'a@example.org', 'b@example.org'),
  first_name: optional,
  last_name: optional,
  phone: fc.constantFrom(null, '+49 30 1234567'),
  is_active: fc.constantFrom(null, true, false),
  lifecycle_stage: fc.constantFrom(null, 'active', 'lapsed'),
  source: fc.constantFrom('webapp', 'lifecycle'),
  updated_at: time,
});

/** Goes through events live, then rebuilds the state from what a compacted topic still holds of the rows. */
const compare = async <Event, Row, Kept>(
  make: (from: typeof registry) => Promise<SilverDataset<Event, Row, Kept>>,
  arbitrary: fc.Arbitrary<object>,
): Promise<void> => {
  const dataset = await make(registry);
  const part = silverPart(dataset, PARTITIONS);
  const events = await createAvroCodec<object>({ registry, topic: dataset.input });
  let published = 0;
  fc.assert(
    fc.property(fc.array(arbitrary, { minLength: 1, maxLength: 30 }), (list) => {
      const live = memoryState(part.state);
      const rebuilt = memoryState(part.state);
      const rows = new Map<string, Buffer>();
      for (const [offset, event] of list.entries()) {
        const record = testRecord({
          topic: dataset.input,
          partition: home,
          offset,
          key: customer_id,
          value: events.encode(event),
        });
        const result = runPipeline(part.pipeline, record, live);
        expect(['ok', 'drop']).toContain(result.kind);
        if (result.kind !== 'ok') continue;
        for (const output of result.outputs) rows.set(output.key, publishedValue(output)!);
      }
      for (const [key, value] of rows)
        part.rebuild.load(testRecord({ topic: dataset.output, key, value }), rebuilt);
      published += rows.size;
      expect([...rebuilt.range('')]).toEqual([...live.range('')]);
    }),
  );
  expect(published).toBeGreaterThan(50);
};

it('the state of orders comes back from their rows as it was', () => compare(orders, orderEvents));
it('the state of deliveries comes back from their rows as it was', () =>
  compare(activations, activationEvents));
it('the state of customers comes back from their rows as it was', () => compare(customers, profilePatches));
