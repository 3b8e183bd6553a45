import { isDeepStrictEqual } from 'node:util';
import type { AvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { TopicName } from '@marketing-streams/contracts/topics';
import {
  type ActivitySetting,
  BEFORE_ALL_RECORDS,
  type LiveCustomer,
  type Said,
} from '@marketing-streams/domain/live/live-customer';
import type { Stamp } from '@marketing-streams/domain/source-offsets';
import type { Pipeline } from '@marketing-streams/stream/pipeline';
import type { Rebuild, RebuildSource } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import type { Output } from '@marketing-streams/stream/step';
import { keepCustomer, storedCustomer, storedCustomers } from './customer-state.ts';
import { noteRules } from './evaluate-again.ts';
import { type CustomerEvent, foldDelivery, foldOrder } from './inputs.ts';
import {
  CONSOLIDATED_TOPIC,
  type CustomerPublisher,
  type PublishingCodecs,
  SEGMENTS_TOPIC,
} from './publish-customer.ts';

/** Silver's tables as their topics carry them. */
export type SilverCodecs = {
  readonly customers: AvroCodec<SilverCustomer>;
  readonly orders: AvroCodec<SilverOrder>;
  readonly activations: AvroCodec<SilverActivation>;
};

/** The customer's own last evaluation: its time holds, since nothing newer than it was seen. */
const formerEvaluation = ({ segments }: PublishingCodecs): RebuildSource => ({
  topic: SEGMENTS_TOPIC,
  prepare: segments.prepare,
  load: ({ key, value }, state) => {
    if (key === null || value === null) return;
    const customerId = key.toString('utf8');
    const { evaluated_at } = segments.decode(value);
    keepCustomer(state, customerId, { ...storedCustomer(state, customerId), evaluated_at, estimated: false });
  },
});

/** The rows of a silver topic as if each were said before any record that the inputs still hold. */
const silverRows = <Row extends CustomerEvent>(
  topic: TopicName,
  codec: AvroCodec<Row>,
  publisher: CustomerPublisher,
  timeOf: (row: Row) => number,
  fold: (state: StateView, customer: LiveCustomer, row: Row, said: Stamp) => LiveCustomer,
): RebuildSource => ({
  topic,
  prepare: codec.prepare,
  load: ({ value }, state) => {
    if (value === null) return;
    const row = codec.decode(value);
    const before = storedCustomer(state, row.customer_id);
    noteRules(state, publisher.rules);
    keepCustomer(state, row.customer_id, {
      customer: fold(state, before.customer, row, BEFORE_ALL_RECORDS),
      evaluated_at: before.estimated ? Math.max(before.evaluated_at, timeOf(row)) : before.evaluated_at,
      estimated: before.estimated,
      known: true,
    });
  },
});

const said = (value: string | null): Said<string> | null =>
  value === null ? null : { value, said: BEFORE_ALL_RECORDS };

const settingOf = ({ is_active, field_updates }: SilverCustomer): ActivitySetting | null => {
  const updated_at = field_updates['is_active']?.updated_at;
  return is_active === null || updated_at === undefined
    ? null
    : { value: is_active, updated_at, said: BEFORE_ALL_RECORDS };
};

/** What a pipeline makes of its records; what it would publish, the comparison finds. */
const foldedAgain = (pipeline: Pipeline): RebuildSource => ({
  topic: pipeline.topic,
  until: 'position',
  prepare: pipeline.prepare,
  load: (record, state) => {
    pipeline.run({ record, state, now: record.timestamp, mode: 'live' });
  },
});

const sameValue =
  (decode: (value: Buffer) => unknown) =>
  (published: Buffer, rebuilt: Buffer): boolean =>
    isDeepStrictEqual(decode(published), decode(rebuilt));

/**
 * A lost state comes back from silver's tables, which reach back to the beginning, and over them the inputs, which
 * say what silver leaves out, from as far back as they are kept. Then both outputs are compared.
 */
export const rebuildOf = (
  pipelines: readonly Pipeline[],
  silver: SilverCodecs,
  codecs: PublishingCodecs,
  publisher: CustomerPublisher,
  partitions: number,
): Rebuild => {
  function* rows(state: StateView, output: CustomerPublisher['segments']): Iterable<Output> {
    for (const [customerId, stored] of storedCustomers(state))
      if (stored.known) yield output(customerId, stored, partitionOf(customerId, partitions));
  }
  return {
    sources: [
      formerEvaluation(codecs),
      silverRows(
        'silver.customers.v1',
        silver.customers,
        publisher,
        ({ updated_at }) => updated_at,
        (_, customer, row) => ({
          ...customer,
          email: said(row.email),
          first_name: said(row.first_name),
          last_name: said(row.last_name),
          phone: said(row.phone),
          is_active: settingOf(row),
        }),
      ),
      silverRows('silver.orders.v1', silver.orders, publisher, ({ updated_at }) => updated_at, foldOrder),
      silverRows(
        'silver.activations.v1',
        silver.activations,
        publisher,
        ({ occurred_at }) => occurred_at,
        foldDelivery,
      ),
      ...pipelines.map(foldedAgain),
    ],
    comparisons: [
      {
        topic: CONSOLIDATED_TOPIC,
        rows: ({ state }) => rows(state, publisher.consolidated),
        same: sameValue(codecs.consolidated.decode),
      },
      {
        topic: SEGMENTS_TOPIC,
        prepare: codecs.segments.prepare,
        rows: ({ state }) => rows(state, publisher.segments),
        same: sameValue(codecs.segments.decode),
      },
    ],
  };
};
