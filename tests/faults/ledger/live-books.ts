import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { ActivationDeliveryStatus } from '@marketing-streams/contracts/generated/activation-delivery-status';
import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import type { OrderPlaced } from '@marketing-streams/contracts/generated/order-placed';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { INPUT_TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { isPlatformError } from '@marketing-streams/platform/errors';
import type { PipelineAccess } from '../../src/harness/pipeline-access.ts';
import { differences } from './differences.ts';
import { createLiveLedger } from './expected-live.ts';
import { byKey } from './expected-rows.ts';
import type { TableRows } from './table-rows.ts';
import { createTopicReader } from './topic-reader.ts';

const CONSOLIDATED: TopicName = 'dom.customer.consolidated.v1';
const SEGMENTS: TopicName = 'dom.segment.materialized.v1';
const SIZES: TopicName = 'gold.segment_sizes.v1';

/** What the live aggregation made of the inputs, beside what it had to. */
export type LiveBooks = {
  /** Takes in what has come. */
  readonly readOn: () => Promise<void>;
  /** What is wrong with consolidated customers, their segments, and since when gold says they are in them. */
  readonly differences: (gold: Iterable<CustomerGold>) => readonly string[];
  /** What is wrong with the sizes of segments. */
  readonly sizeDifferences: () => readonly string[];
  /** The same of their table. */
  readonly tableDifferences: (rows: TableRows) => readonly string[];
};

const keyOf = ({ key }: KafkaRecord): string => key?.toString('utf8') ?? '';

const sizeKey = (row: object): string => {
  const { segment, minute } = row as GoldSegmentSize;
  return `${segment} ${minute}`;
};

/** Books of a pipeline's topics, empty until `readOn`. */
export const openLiveBooks = async ({ kafka, registry }: PipelineAccess): Promise<LiveBooks> => {
  const avro = <Row>(topic: TopicName) => createAvroCodec<Row>({ registry, topic });
  const reader = createTopicReader(kafka, [...INPUT_TOPICS, CONSOLIDATED, SEGMENTS, SIZES]);
  const inputs = {
    'dom.customer.profile.upsert.v1': await avro<ProfileUpsert>('dom.customer.profile.upsert.v1'),
    'dom.order.placed.v1': await avro<OrderPlaced>('dom.order.placed.v1'),
    'dom.activation.delivery.status.v1': await avro<ActivationDeliveryStatus>(
      'dom.activation.delivery.status.v1',
    ),
  } as const;
  const segmentsCodec = await avro<SegmentMaterialized>(SEGMENTS);
  const sizesCodec = await avro<GoldSegmentSize>(SIZES);
  const consolidatedCodec = createJsonCodec<CustomerConsolidated>(CONSOLIDATED);
  const ledger = createLiveLedger();
  const consolidated = new Map<string, CustomerConsolidated>();
  const evaluations = new Map<string, SegmentMaterialized>();
  /** Since when each customer is in its segments, by all evaluations in their order. */
  const since = new Map<string, Readonly<Record<string, number>>>();
  const sizes = new Map<string, GoldSegmentSize>();

  const keepInputs = async (topic: keyof typeof inputs, records: readonly KafkaRecord[]): Promise<void> => {
    const codec = inputs[topic];
    await codec.prepare(records);
    for (const record of records) {
      if (record.value === null) continue;
      try {
        ledger.add({ record, event: codec.decode(record.value) });
      } catch (error) {
        if (!isPlatformError(error)) throw error;
      }
    }
  };

  const keepEvaluations = async (records: readonly KafkaRecord[]): Promise<void> => {
    await segmentsCodec.prepare(records);
    for (const record of records) {
      const id = keyOf(record);
      const before = since.get(id) ?? {};
      const evaluation = record.value === null ? null : segmentsCodec.decode(record.value);
      if (evaluation === null) evaluations.delete(id);
      else evaluations.set(id, evaluation);
      const names = evaluation?.segments ?? [];
      since.set(
        id,
        Object.fromEntries(names.map((name) => [name, before[name] ?? evaluation!.evaluated_at])),
      );
    }
  };

  return {
    readOn: async () => {
      const come = await reader.readOn();
      const of = (topic: TopicName): readonly KafkaRecord[] => come.get(topic) ?? [];
      for (const topic of INPUT_TOPICS) await keepInputs(topic, of(topic));
      for (const record of of(CONSOLIDATED)) {
        if (record.value === null) consolidated.delete(keyOf(record));
        else consolidated.set(keyOf(record), consolidatedCodec.decode(record.value));
      }
      await keepEvaluations(of(SEGMENTS));
      await sizesCodec.prepare(of(SIZES));
      for (const record of of(SIZES))
        if (record.value !== null) sizes.set(keyOf(record), sizesCodec.decode(record.value));
    },
    differences: (gold) => {
      const expected = ledger.expected();
      const view = (part: 'consolidated' | 'segments') =>
        new Map([...expected].map(([id, customer]) => [id, customer[part]]));
      const published = byKey(gold, ({ customer_id }) => customer_id);
      const memberships = [...published.keys()].map((id) => {
        const segment_since = since.get(id) ?? {};
        return [id, { segments: Object.keys(segment_since), segment_since }] as const;
      });
      return [
        ...differences(CONSOLIDATED, view('consolidated'), consolidated),
        ...differences(SEGMENTS, view('segments'), evaluations),
        ...differences('dom.customer.gold.v1 (segments)', new Map(memberships), published),
      ];
    },
    sizeDifferences: () => {
      const members = new Map<string, number>();
      for (const { segments } of evaluations.values())
        for (const name of segments) members.set(name, (members.get(name) ?? 0) + 1);
      const newest = new Map<string, GoldSegmentSize>();
      const moved = new Map<string, number>();
      for (const row of sizes.values()) {
        moved.set(row.segment, (moved.get(row.segment) ?? 0) + row.entered - row.left);
        if (row.minute >= (newest.get(row.segment)?.minute ?? 0)) newest.set(row.segment, row);
      }
      const expected = [...newest.keys(), ...members.keys()].map((name) => {
        const count = members.get(name) ?? 0;
        return [name, { members: count, moved: count }] as const;
      });
      const told = [...newest].map(
        ([name, row]) => [name, { members: row.members, moved: moved.get(name) }] as const,
      );
      return differences(SIZES, new Map(expected), new Map(told));
    },
    tableDifferences: (rows) =>
      differences('table gold/segment_sizes', sizesByKey(sizes), byKey(rows, sizeKey)),
  };
};

const sizesByKey = (sizes: ReadonlyMap<string, GoldSegmentSize>): ReadonlyMap<string, object> =>
  new Map(
    [...sizes.values()].map(({ segment, minute, members, entered, left }) => [
      `${segment} ${minute}`,
      { members, entered, left },
    ]),
  );
