import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import { type RowKeyParts, rowKeyParts } from '@marketing-streams/contracts/row-key';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { CUSTOMER_360_RULE_VERSION, toCustomer360Row } from '@marketing-streams/domain/customer-360-row';
import { from, type Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, RebuildSource } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import { GOLD_STATE, storedCustomers } from './customer-state.ts';
import { type Folded, foldActivation, foldCustomer, foldOrder, type SilverChange } from './fold.ts';

const OUTPUT_TOPIC: TopicName = 'gold.customer_360.v1';
const FEEDBACK_TOPIC: TopicName = 'dom.customer.profile.upsert.v1';

/** What gold reads and writes. */
export type GoldCodecs = {
  readonly customers: AvroCodec<SilverCustomer>;
  readonly orders: AvroCodec<SilverOrder>;
  readonly activations: AvroCodec<SilverActivation>;
  readonly customer360: AvroCodec<GoldCustomer360>;
  readonly feedback: AvroCodec<ProfileUpsert>;
};

export const createGoldCodecs = async (registry: SchemaRegistry): Promise<GoldCodecs> => ({
  customers: await createAvroCodec<SilverCustomer>({ registry, topic: 'silver.customers.v1' }),
  orders: await createAvroCodec<SilverOrder>({ registry, topic: 'silver.orders.v1' }),
  activations: await createAvroCodec<SilverActivation>({ registry, topic: 'silver.activations.v1' }),
  customer360: await createAvroCodec<GoldCustomer360>({ registry, topic: OUTPUT_TOPIC }),
  feedback: await createAvroCodec<ProfileUpsert>({ registry, topic: FEEDBACK_TOPIC }),
});

/** One silver topic and how its rows are folded. */
type SilverInput<Row> = {
  readonly topic: TopicName;
  readonly codec: AvroCodec<Row>;
  readonly idsOf: (rowKey: string) => RowKeyParts;
  readonly fold: (state: StateView, change: SilverChange<Row>) => Folded;
};

const customer360Output = (
  codecs: GoldCodecs,
  customerId: string,
  partition: number,
  row: () => GoldCustomer360 | null,
): Output => ({
  topic: OUTPUT_TOPIC,
  key: customerId,
  partition,
  latestOnly: true,
  value: () => {
    const current = row();
    return current === null ? null : codecs.customer360.encode(current);
  },
});

/**
 * Folds the row into its customer: the customer 360 goes out once a transaction, a change of stage or activity
 * goes back to the profile topic in the same transaction.
 */
const foldRow = <Row>(input: SilverInput<Row>, codecs: GoldCodecs): Step<Row | null, null> =>
  function foldRow(row, { record, state }) {
    const { customerId, id } = input.idsOf(record.key?.toString('utf8') ?? '');
    const { partition } = record;
    const folded = input.fold(state, { customerId, id, row });
    const output = customer360Output(codecs, customerId, partition, folded.row);
    const { feedback } = folded;
    if (feedback === null) return ok(null, [output]);
    return ok(null, [
      output,
      { topic: FEEDBACK_TOPIC, key: customerId, partition, value: () => codecs.feedback.encode(feedback) },
    ]);
  };

const pipelineOf = <Row>(input: SilverInput<Row>, codecs: GoldCodecs): Pipeline =>
  from(input.topic, { prepare: input.codec.prepare })
    .through(requireKey)
    .through(decodeOrTombstone(input.codec))
    .through(foldRow(input, codecs))
    .build();

const rebuildOf = <Row>(input: SilverInput<Row>): RebuildSource => ({
  topic: input.topic,
  prepare: input.codec.prepare,
  load: (record, state) => {
    if (record.key === null) return;
    const { customerId, id } = input.idsOf(record.key.toString('utf8'));
    const row = record.value === null ? null : input.codec.decode(record.value);
    input.fold(state, { customerId, id, row });
  },
});

function* rebuiltRows(codecs: GoldCodecs, partitions: number, state: StateView): Iterable<Output> {
  for (const [customerId, { fold, source_offsets }] of storedCustomers(state)) {
    yield customer360Output(codecs, customerId, partitionOf(customerId, partitions), () =>
      toCustomer360Row(customerId, fold, source_offsets),
    );
  }
}

/** The gold worker: silver tables in, customer 360 out, stage changes back to the profile topic. */
export const goldProcessor = (codecs: GoldCodecs, partitions: number): ProcessorDefinition => {
  const customers: SilverInput<SilverCustomer> = {
    topic: 'silver.customers.v1',
    codec: codecs.customers,
    idsOf: (rowKey) => ({ customerId: rowKey, id: rowKey }),
    fold: foldCustomer,
  };
  const orders: SilverInput<SilverOrder> = {
    topic: 'silver.orders.v1',
    codec: codecs.orders,
    idsOf: rowKeyParts,
    fold: foldOrder,
  };
  const activations: SilverInput<SilverActivation> = {
    topic: 'silver.activations.v1',
    codec: codecs.activations,
    idsOf: rowKeyParts,
    fold: foldActivation,
  };
  return {
    name: 'gold',
    ruleVersion: CUSTOMER_360_RULE_VERSION,
    state: GOLD_STATE,
    // A customer's orders come in one after the other: ten times the records are not twice the customers.
    backlog: { records: 100_000, gatherMilliseconds: 2_000 },
    pipelines: [pipelineOf(customers, codecs), pipelineOf(orders, codecs), pipelineOf(activations, codecs)],
    rebuild: {
      sources: [rebuildOf(customers), rebuildOf(orders), rebuildOf(activations)],
      comparisons: [
        {
          topic: OUTPUT_TOPIC,
          rows: ({ state }) => rebuiltRows(codecs, partitions, state),
          same: (published, rebuilt) => published.equals(rebuilt),
        },
      ],
    },
  };
};
