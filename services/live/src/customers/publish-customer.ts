import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import type { JsonCodec } from '@marketing-streams/contracts/json-codec';
import type { TopicName } from '@marketing-streams/contracts/topics';
import {
  type ConsolidatedRow,
  consolidatedRow,
  isSameRow,
} from '@marketing-streams/domain/live/consolidated';
import {
  compileSegments,
  type SegmentDefinition,
  segmentRulesText,
} from '@marketing-streams/domain/rules/segments';
import type { Output } from '@marketing-streams/stream/step';
import type { StoredCustomer } from './customer-state.ts';

export const CONSOLIDATED_TOPIC: TopicName = 'dom.customer.consolidated.v1';
export const SEGMENTS_TOPIC: TopicName = 'dom.segment.materialized.v1';

/** How the outputs are written. */
export type PublishingCodecs = {
  readonly consolidated: JsonCodec<CustomerConsolidated>;
  readonly segments: AvroCodec<SegmentMaterialized>;
};

/** Gives the records of customers. */
export type CustomerPublisher = {
  /** What the segments' rules are, as one text. */
  readonly rules: string;
  readonly consolidated: (customerId: string, stored: StoredCustomer, partition: number) => Output;
  readonly segments: (customerId: string, stored: StoredCustomer, partition: number) => Output;
  /** The records that a change calls for; none when the former ones still hold. */
  readonly changes: (
    customerId: string,
    before: StoredCustomer,
    after: StoredCustomer,
    partition: number,
  ) => readonly Output[];
};

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, index) => name === other[index]);

/** Values are encoded when the transaction is sent: a customer who changes often within one costs one record each. */
export const createCustomerPublisher = (
  codecs: PublishingCodecs,
  definitions: readonly SegmentDefinition[],
): CustomerPublisher => {
  const segmentsOf = compileSegments(definitions);

  const row = (topic: TopicName, key: string, partition: number, value: () => Buffer): Output => ({
    topic,
    key,
    partition,
    latestOnly: true,
    value,
  });
  const consolidatedOutput = (current: ConsolidatedRow, partition: number): Output =>
    row(CONSOLIDATED_TOPIC, current.customer_id, partition, () => codecs.consolidated.encode(current));
  const segmentsOutput = (current: ConsolidatedRow, evaluated_at: number, partition: number): Output =>
    row(SEGMENTS_TOPIC, current.customer_id, partition, () =>
      codecs.segments.encode({
        customer_id: current.customer_id,
        segments: segmentsOf(current),
        evaluated_at,
      }),
    );

  return {
    rules: segmentRulesText(definitions),
    consolidated: (customerId, { customer }, partition) =>
      consolidatedOutput(consolidatedRow(customerId, customer), partition),
    segments: (customerId, { customer, evaluated_at }, partition) =>
      segmentsOutput(consolidatedRow(customerId, customer), evaluated_at, partition),
    changes: (customerId, before, after, partition) => {
      const formerly = consolidatedRow(customerId, before.customer);
      const now = consolidatedRow(customerId, after.customer);
      const outputs: Output[] = [];
      if (!before.known || !isSameRow(formerly, now)) outputs.push(consolidatedOutput(now, partition));
      const isEvaluated =
        before.known &&
        before.evaluated_at === after.evaluated_at &&
        isSameList(segmentsOf(formerly), segmentsOf(now));
      if (!isEvaluated) outputs.push(segmentsOutput(now, after.evaluated_at, partition));
      return outputs;
    },
  };
};
