import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { ProfileUpsert } from '@marketing-streams/contracts/generated/profile-upsert';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { INPUT_TOPICS, type TopicName } from '@marketing-streams/contracts/topics';
import { originalIn, originalOf } from '../../src/harness/dead-letters.ts';
import { PROFILE_TOPIC } from '../../src/harness/input-codecs.ts';
import type { PipelineAccess } from '../../src/harness/pipeline-access.ts';
import { POISON_HEADER } from '../../src/harness/poison.ts';
import { createTopicReader } from './topic-reader.ts';

/** Where a record lies. */
const placeOf = ({ topic, partition, offset }: Pick<KafkaRecord, 'topic' | 'partition' | 'offset'>): string =>
  `${topic}/${partition}/${offset}`;

/** The newest record of a key: what it says, its bytes, and the time of its publication (epoch milliseconds). */
export type Newest<Row> = { readonly row: Row; readonly value: Buffer; readonly timestamp: number };
export type NewestByKey<Row> = Map<string, Newest<Row>>;

/** All topics as a read_committed reader sees them, kept up piece by piece. */
export type TopicBooks = {
  /** Every record of the input topics by its place; bytes as base64. */
  readonly inputs: ReadonlyMap<string, { readonly key: string | null; readonly value: string | null }>;
  /** The records that can never be processed, whole, by their place. */
  readonly poison: ReadonlyMap<string, object>;
  /** The dead letters' originals by their place; a second letter of one record is a place of its own. */
  readonly deadLetters: ReadonlyMap<string, object>;
  readonly orders: NewestByKey<SilverOrder>;
  readonly activations: NewestByKey<SilverActivation>;
  readonly profiles: NewestByKey<SilverCustomer>;
  readonly customers360: NewestByKey<GoldCustomer360>;
  readonly scores: NewestByKey<PropensityScore>;
  readonly gold: NewestByKey<CustomerGold>;
  /** Customers of whom there is a profile patch: the driver's, or the feedback of their lifecycle stage. */
  readonly profiled: ReadonlySet<string>;
  /** The lifecycle stage last reported back of every customer of whom any was. */
  readonly reportedStages: ReadonlyMap<string, string>;
  /** Reports of the stage that was reported before: the same change told twice, or one between them lost. */
  readonly repeatedReports: readonly string[];
  /** Published records whose version is not larger than the one before. */
  readonly versionsNotGrown: readonly string[];
  /** Takes in what has come. */
  readonly readOn: () => Promise<void>;
};

type Codec<Row> = {
  readonly decode: (value: Buffer) => Row;
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
};

/** The `source` of a lifecycle stage that gold reports back, and the stage that a customer begins with. */
const LIFECYCLE_SOURCE = 'lifecycle';
export const FIRST_STAGE = 'prospect';

const GOLD: TopicName = 'dom.customer.gold.v1';
const LETTERS: TopicName = 'dead-letter-queue';

const ROW_TOPICS: readonly TopicName[] = [
  'silver.orders.v1',
  'silver.activations.v1',
  'silver.customers.v1',
  'gold.customer_360.v1',
  'dom.propensity.score.v1',
  GOLD,
];

const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;

const keep = async <Row>(
  newest: NewestByKey<Row>,
  records: readonly KafkaRecord[],
  { decode, prepare }: Codec<Row>,
): Promise<void> => {
  await prepare?.(records);
  for (const { key, value, timestamp } of records) {
    const name = key?.toString('utf8') ?? '';
    if (value === null) newest.delete(name);
    else newest.set(name, { row: decode(value), value, timestamp });
  }
};

/** Books of a pipeline's topics, empty until `readOn`. */
export const openTopicBooks = async ({ kafka, registry }: PipelineAccess): Promise<TopicBooks> => {
  const avro = <Row>(topic: TopicName) => createAvroCodec<Row>({ registry, topic });
  const reader = createTopicReader(kafka, [...INPUT_TOPICS, ...ROW_TOPICS, LETTERS]);
  const letters = await avro<DeadLetter>(LETTERS);
  const orders: NewestByKey<SilverOrder> = new Map();
  const activations: NewestByKey<SilverActivation> = new Map();
  const profiles: NewestByKey<SilverCustomer> = new Map();
  const customers360: NewestByKey<GoldCustomer360> = new Map();
  const scores: NewestByKey<PropensityScore> = new Map();
  const gold: NewestByKey<CustomerGold> = new Map();
  const codecs = {
    orders: await avro<SilverOrder>('silver.orders.v1'),
    activations: await avro<SilverActivation>('silver.activations.v1'),
    profiles: await avro<SilverCustomer>('silver.customers.v1'),
    customers360: await avro<GoldCustomer360>('gold.customer_360.v1'),
    scores: createJsonCodec<PropensityScore>('dom.propensity.score.v1'),
    gold: createJsonCodec<CustomerGold>(GOLD),
  };
  const inputs = new Map<string, { key: string | null; value: string | null }>();
  const poison = new Map<string, object>();
  const deadLetters = new Map<string, object>();
  const profiled = new Set<string>();
  const patches = await avro<ProfileUpsert>(PROFILE_TOPIC);
  const reportedStages = new Map<string, string>();
  const repeatedReports: string[] = [];
  const versions = new Map<string, number>();
  const versionsNotGrown: string[] = [];

  const keepInputs = (records: readonly KafkaRecord[]): void => {
    for (const record of records) {
      inputs.set(placeOf(record), { key: base64(record.key), value: base64(record.value) });
      if (record.headers[POISON_HEADER] !== undefined) poison.set(placeOf(record), originalOf(record));
      else if (record.topic === PROFILE_TOPIC) profiled.add(record.key?.toString('utf8') ?? '');
    }
  };
  const keepReports = async (records: readonly KafkaRecord[]): Promise<void> => {
    const readable = records.filter(({ headers }) => headers[POISON_HEADER] === undefined);
    await patches.prepare(readable);
    for (const record of readable) {
      const { customer_id, lifecycle_stage, source } = patches.decode(record.value!);
      if (source !== LIFECYCLE_SOURCE || lifecycle_stage === null) continue;
      if (lifecycle_stage === (reportedStages.get(customer_id) ?? FIRST_STAGE))
        repeatedReports.push(`${lifecycle_stage} of ${customer_id} at ${placeOf(record)}`);
      reportedStages.set(customer_id, lifecycle_stage);
    }
  };
  const keepLetters = async (records: readonly KafkaRecord[]): Promise<void> => {
    await letters.prepare(records);
    for (const record of records) {
      const letter = letters.decode(record.value!);
      const place = placeOf(letter);
      deadLetters.set(deadLetters.has(place) ? `${place} (again)` : place, originalIn(letter));
    }
  };
  const checkVersions = (records: readonly KafkaRecord[]): void => {
    for (const record of records) {
      if (record.value === null) continue;
      const { customer_id, version } = codecs.gold.decode(record.value);
      const before = versions.get(customer_id) ?? 0;
      if (version <= before)
        versionsNotGrown.push(`${customer_id}: ${before} → ${version} at ${placeOf(record)}`);
      versions.set(customer_id, version);
    }
  };

  return {
    inputs,
    poison,
    deadLetters,
    profiled,
    reportedStages,
    repeatedReports,
    orders,
    activations,
    profiles,
    customers360,
    scores,
    gold,
    versionsNotGrown,
    readOn: async () => {
      const come = await reader.readOn();
      const of = (topic: TopicName): readonly KafkaRecord[] => come.get(topic) ?? [];
      for (const topic of INPUT_TOPICS) keepInputs(of(topic));
      await keepReports(of(PROFILE_TOPIC));
      await keepLetters(of(LETTERS));
      checkVersions(of(GOLD));
      await keep(orders, of('silver.orders.v1'), codecs.orders);
      await keep(activations, of('silver.activations.v1'), codecs.activations);
      await keep(profiles, of('silver.customers.v1'), codecs.profiles);
      await keep(customers360, of('gold.customer_360.v1'), codecs.customers360);
      await keep(scores, of('dom.propensity.score.v1'), codecs.scores);
      await keep(gold, of(GOLD), codecs.gold);
    },
  };
};
