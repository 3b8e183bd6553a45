import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CustomerConsolidated } from '@marketing-streams/contracts/generated/customer-consolidated';
import type { DeadLetter } from '@marketing-streams/contracts/generated/dead-letter';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { Reconciliation } from '@marketing-streams/contracts/generated/reconciliation';
import { createJsonCodec, type JsonCodec } from '@marketing-streams/contracts/json-codec';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { type CustomerSide, sideOf } from '@marketing-streams/domain/reconciliation/differences';
import { from, type Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, RebuildSource } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { drop, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import { compareSide, loadSide, loadTold, type Publishing, RECONCILIATION_TOPIC } from './compare.ts';
import { type ReconciledInput, reconciledInputs } from './inputs.ts';
import { type NamingOptions, nameDifferences } from './name-differences.ts';
import { noteDeadLetter, noteInput, prepareDeadLetters, readLetter } from './note-records.ts';
import { RECONCILIATION_GROUP } from './progress.ts';
import { noteLive, RECONCILIATION_STATE } from './state.ts';

/** Version of what is compared and how causes are found. */
const RULE_VERSION = 'reconciliation-1';

/** Nobody waits for a comparison: a transaction a second spares the broker. */
const PACE_MILLISECONDS = 1_000;

/** What is read and written. */
export type ReconciliationCodecs = {
  readonly gold: AvroCodec<GoldCustomer360>;
  readonly live: JsonCodec<CustomerConsolidated>;
  readonly deadLetters: AvroCodec<DeadLetter>;
  readonly inputs: readonly ReconciledInput[];
  readonly reconciliation: JsonCodec<Reconciliation>;
};

export const createReconciliationCodecs = async (
  registry: SchemaRegistry,
): Promise<ReconciliationCodecs> => ({
  gold: await createAvroCodec<GoldCustomer360>({ registry, topic: 'gold.customer_360.v1' }),
  live: createJsonCodec<CustomerConsolidated>('dom.customer.consolidated.v1'),
  deadLetters: await createAvroCodec<DeadLetter>({ registry, topic: 'dead-letter-queue' }),
  inputs: await reconciledInputs(registry),
  reconciliation: createJsonCodec<Reconciliation>(RECONCILIATION_TOPIC),
});

/** One of the two sides: its topic, and how a row of it is read. */
type Side = {
  readonly topic: TopicName;
  readonly name: 'gold' | 'live';
  readonly decode: (value: Buffer) => CustomerSide;
  readonly prepare?: Pipeline['prepare'];
};

const sidesOf = (codecs: ReconciliationCodecs): readonly Side[] => [
  {
    topic: 'gold.customer_360.v1',
    name: 'gold',
    decode: (value) => sideOf(codecs.gold.decode(value)),
    prepare: codecs.gold.prepare,
  },
  {
    topic: 'dom.customer.consolidated.v1',
    name: 'live',
    decode: (value) => sideOf(codecs.live.decode(value)),
  },
];

const customerIdOf = ({ key }: KafkaRecord): string => key?.toString('utf8') ?? '';

const changeOf = (
  { name }: Side,
  row: CustomerSide | null,
): { readonly gold: CustomerSide | null } | { readonly live: CustomerSide | null } =>
  name === 'gold' ? { gold: row } : { live: row };

const compareRow = (side: Side, publishing: Publishing): Step<CustomerSide | null, null> =>
  function compareRow(row, { record, state, now }) {
    if (side.name === 'live') noteLive(state);
    return ok(null, compareSide(publishing, state, customerIdOf(record), changeOf(side, row), now));
  };

const noteArrival = (input: ReconciledInput, partitions: number): Step<KafkaRecord, null> =>
  function noteArrival(record, { state }) {
    return noteInput(input, partitions, record, state) ? ok(null) : drop('unreadable');
  };

const takeLetter = (codecs: ReconciliationCodecs, record: KafkaRecord, state: StateView): boolean => {
  const letter = record.value === null ? null : readLetter(codecs.deadLetters, record.value);
  return letter !== null && noteDeadLetter(codecs.inputs, letter, state);
};

const noteRefused = (codecs: ReconciliationCodecs): Step<KafkaRecord, null> =>
  function noteRefused(record, { state }) {
    return takeLetter(codecs, record, state) ? ok(null) : drop('of nobody');
  };

/** What stands published; first of all sources, so that nothing of it is forgotten. */
const published = (codecs: ReconciliationCodecs): RebuildSource => ({
  topic: RECONCILIATION_TOPIC,
  load: (record, state) => {
    const row = record.value === null ? null : codecs.reconciliation.decode(record.value);
    loadTold(state, customerIdOf(record), row);
  },
});

const rebuildSources = (codecs: ReconciliationCodecs, partitions: number): readonly RebuildSource[] => [
  published(codecs),
  ...codecs.inputs.map((input) => ({
    topic: input.topic,
    prepare: input.prepare,
    load: (record: KafkaRecord, state: StateView) => void noteInput(input, partitions, record, state),
  })),
  {
    topic: 'dead-letter-queue',
    prepare: prepareDeadLetters(codecs.deadLetters, codecs.inputs),
    load: (record, state) => void takeLetter(codecs, record, state),
  },
  ...sidesOf(codecs).map((side) => ({
    topic: side.topic,
    ...(side.prepare === undefined ? {} : { prepare: side.prepare }),
    load: (record: KafkaRecord, state: StateView) => {
      if (side.name === 'live') noteLive(state);
      const row = record.value === null ? null : side.decode(record.value);
      loadSide(state, customerIdOf(record), changeOf(side, row), record.timestamp);
    },
  })),
];

/**
 * Compares what live aggregation and gold say of every customer, and names what stays different with its cause. One
 * task: the dead letter of a record with a wrong key lies on that key's partition, not on its customer's.
 */
export const reconciliationProcessor = (
  codecs: ReconciliationCodecs,
  partitions: number,
  naming: Omit<NamingOptions, 'publishing'>,
): ProcessorDefinition => {
  const publishing: Publishing = { codec: codecs.reconciliation, partitions };
  return {
    name: RECONCILIATION_GROUP,
    ruleVersion: RULE_VERSION,
    state: RECONCILIATION_STATE,
    backlog: { records: 50_000, gatherMilliseconds: 2_000 },
    paceMilliseconds: PACE_MILLISECONDS,
    pipelines: [
      ...sidesOf(codecs).map((side) =>
        from(side.topic, side.prepare === undefined ? {} : { prepare: side.prepare })
          .through(requireKey)
          .through(decodeOrTombstone(side))
          .through(compareRow(side, publishing))
          .build(),
      ),
      ...codecs.inputs.map((input) =>
        from(input.topic, { prepare: input.prepare }).through(noteArrival(input, partitions)).build(),
      ),
      from('dead-letter-queue', { prepare: prepareDeadLetters(codecs.deadLetters, codecs.inputs) })
        .through(noteRefused(codecs))
        .build(),
    ],
    timers: [nameDifferences({ ...naming, publishing })],
    rebuild: { sources: rebuildSources(codecs, partitions), comparisons: [] },
  };
};
