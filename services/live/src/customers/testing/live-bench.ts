import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { memoryRegistry } from '@marketing-streams/contracts/testing/memory-registry';
import { type SegmentDefinition, SHIPPED_SEGMENTS } from '@marketing-streams/domain/rules/segments';
import type { PipelineResult } from '@marketing-streams/stream/pipeline';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { publishedValue, testRecord } from '@marketing-streams/stream/testing/run-pipeline';
import { liveCustomersProcessor } from '../processor.ts';

export const PARTITIONS = 6;

export const registry = memoryRegistry();
const avro = <Value>(topic: Parameters<typeof createAvroCodec>[0]['topic']) =>
  createAvroCodec<Value>({ registry, topic });

/** Codecs of all that live reads and writes. */
export const codecs = {
  'dom.customer.profile.upsert.v1': await avro<ProfileUpsert>('dom.customer.profile.upsert.v1'),
  'dom.order.placed.v1': await avro<OrderPlaced>('dom.order.placed.v1'),
  'dom.activation.delivery.status.v1': await avro<ActivationDeliveryStatus>(
    'dom.activation.delivery.status.v1',
  ),
  'dom.customer.consolidated.v1': createJsonCodec<CustomerConsolidated>('dom.customer.consolidated.v1'),
  'dom.segment.materialized.v1': await avro<SegmentMaterialized>('dom.segment.materialized.v1'),
} as const;

/** Where and when a test's event lies; on its customer's partition unless told otherwise. */
export type Place = { readonly offset: number; readonly timestamp: number; readonly partition?: number };

export const patch = (given: Partial<ProfileUpsert>): ProfileUpsert => ({
  customer_id: 'c1',
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  is_active: null,
  lifecycle_stage: null,
  source: 'shop',
  updated_at: Date.UTC(2026, 0, 1),
  ...given,
});

export const order = (given: Partial<OrderPlaced> = {}): OrderPlaced => ({
  order_id: 'o1',
  customer_id: 'c1',
  status: 'PLACED',
  total_amount: 1_000,
  currency: 'USD',
  items: [],
  placed_at: Date.UTC(2026, 0, 1),
  updated_at: null,
  ...given,
});

export const delivery = (given: Partial<ActivationDeliveryStatus> = {}): ActivationDeliveryStatus => ({
  activation_id: 'a1',
  customer_id: 'c1',
  campaign_id: null,
  channel: 'EMAIL',
  status: 'DELIVERED',
  failure_reason: null,
  occurred_at: Date.UTC(2026, 0, 1),
  ...given,
});

type Event = ProfileUpsert | OrderPlaced | ActivationDeliveryStatus;
const topicOf = (event: Event) =>
  'order_id' in event
    ? ('dom.order.placed.v1' as const)
    : 'activation_id' in event
      ? ('dom.activation.delivery.status.v1' as const)
      : ('dom.customer.profile.upsert.v1' as const);

/** An event as a record of its input topic. */
export const recordOf = (event: Event, place: Place): KafkaRecord => {
  const topic = topicOf(event);
  return testRecord({
    topic,
    partition: partitionOf(event.customer_id, PARTITIONS),
    key: event.customer_id,
    value: Buffer.from((codecs[topic].encode as (value: Event) => Buffer)(event)),
    ...place,
  });
};

/** The processor on a state in memory, with its outputs as last published. */
export const startLive = async (
  segments: readonly SegmentDefinition[] = SHIPPED_SEGMENTS,
  givenState?: StateView,
) => {
  const definition = await liveCustomersProcessor(registry, { partitions: PARTITIONS, segments });
  const state = givenState ?? memoryState(definition.state);
  const consolidated = new Map<string, CustomerConsolidated>();
  const materialized = new Map<string, SegmentMaterialized>();
  const forwarded: KafkaRecord[] = [];
  let forwardedOffset = 0;

  /** Takes in what was published; gives it by topic. */
  const publish = (outputs: readonly Output[]): readonly string[] => {
    for (const output of outputs) {
      const value = publishedValue(output)!;
      if (output.topic === 'dom.customer.consolidated.v1')
        consolidated.set(output.key, codecs[output.topic].decode(value));
      else if (output.topic === 'dom.segment.materialized.v1')
        materialized.set(output.key, codecs[output.topic].decode(Buffer.from(value)));
      else {
        const headers = Object.entries(output.headers!).map(([name, text]) => [name, Buffer.from(text)]);
        forwarded.push(
          testRecord({
            topic: output.topic,
            key: output.key,
            partition: output.partition!,
            offset: forwardedOffset++,
            value,
            headers: Object.fromEntries(headers),
          }),
        );
      }
    }
    return outputs.map(({ topic }) => topic);
  };

  const run = (record: KafkaRecord): PipelineResult => {
    const pipeline = definition.pipelines.find(({ topic }) => topic === record.topic)!;
    const result = pipeline.run({ record, state, now: record.timestamp, mode: 'live' });
    if (result.kind === 'ok') publish(result.outputs);
    return result;
  };

  return {
    definition,
    state,
    consolidated,
    materialized,
    run,
    feed: (event: Event, place: Place): PipelineResult => run(recordOf(event, place)),
    /** Runs what was forwarded since the last call; gives it. */
    runForwarded: (): readonly KafkaRecord[] => {
      const records = forwarded.splice(0);
      for (const record of records) run(record);
      return records;
    },
    /** Runs the timers once; gives the topics published to. */
    tick: (): readonly string[] =>
      publish((definition.timers ?? []).flatMap((timer) => timer.run({ state, now: 0, partitions: [] }))),
  };
};
