import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { LIVE_RULE_VERSION } from '@marketing-streams/domain/live/consolidated';
import type { SegmentDefinition } from '@marketing-streams/domain/rules/segments';
import { from, type Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import { LIVE_CUSTOMERS_STATE } from './customer-state.ts';
import { evaluateAgain } from './evaluate-again.ts';
import { type CustomerEvent, deliveryInput, type LiveInput, orderInput, profileInput } from './inputs.ts';
import { CONSOLIDATED_TOPIC, createCustomerPublisher, SEGMENTS_TOPIC } from './publish-customer.ts';
import { rebuildOf } from './rebuild.ts';
import {
  type ForwardedInput,
  foldEvent,
  foldForwarded,
  forwardedInput,
  REPARTITION_TOPIC,
  readEvent,
  sendHome,
} from './steps.ts';

/** What the processor is made with. */
export type LiveCustomersOptions = {
  readonly partitions: number;
  readonly segments: readonly SegmentDefinition[];
};

/**
 * The live aggregation of customers: the input topics in, the consolidated customer and its segments out, as the
 * statements under ksql/ have it. It reads nothing that the workers write, but for the rebuild of a lost state.
 */
export const liveCustomersProcessor = async (
  registry: SchemaRegistry,
  { partitions, segments }: LiveCustomersOptions,
): Promise<ProcessorDefinition> => {
  const avro = <Value>(topic: TopicName): Promise<AvroCodec<Value>> =>
    createAvroCodec<Value>({ registry, topic });
  const codecs = {
    consolidated: createJsonCodec<CustomerConsolidated>(CONSOLIDATED_TOPIC),
    segments: await createAvroCodec<SegmentMaterialized>({ registry, topic: SEGMENTS_TOPIC }),
  };
  const publisher = createCustomerPublisher(codecs, segments);
  const forwarded: ForwardedInput[] = [];
  const prepares: Pipeline['prepare'][] = [];

  const pipelineOf = <Event extends CustomerEvent>(input: LiveInput<Event>): Pipeline => {
    forwarded.push(forwardedInput(input, publisher));
    prepares.push(input.codec.prepare);
    return from(input.topic, { prepare: input.codec.prepare })
      .through(readEvent(input))
      .through(sendHome(partitions))
      .through(foldEvent(input, publisher))
      .build();
  };

  const pipelines = [
    pipelineOf(profileInput(await avro('dom.customer.profile.upsert.v1'))),
    pipelineOf(orderInput(await avro('dom.order.placed.v1'))),
    pipelineOf(deliveryInput(await avro('dom.activation.delivery.status.v1'))),
    from(REPARTITION_TOPIC, {
      prepare: async (records) => {
        for (const prepare of prepares) await prepare(records);
      },
    })
      .through(requireKey)
      .through(foldForwarded(forwarded))
      .build(),
  ];
  const silver = {
    customers: await avro<SilverCustomer>('silver.customers.v1'),
    orders: await avro<SilverOrder>('silver.orders.v1'),
    activations: await avro<SilverActivation>('silver.activations.v1'),
  };
  return {
    name: 'live-customers',
    ruleVersion: LIVE_RULE_VERSION,
    state: LIVE_CUSTOMERS_STATE,
    backlog: { records: 50_000, gatherMilliseconds: 1_000 },
    // gold's way is the fast one. Every record moves a customer's evaluation on, so each transaction here makes one of
    // the publisher's too: ten of them a second are enough, and the first after a silence never waits.
    paceMilliseconds: 100,
    pipelines,
    timers: [evaluateAgain(publisher, partitions)],
    rebuild: rebuildOf(pipelines, silver, codecs, publisher, partitions),
  };
};
