import { isDeepStrictEqual } from 'node:util';
import type { CustomerPropensity } from '@marketing-streams/contracts/generated/customer-propensity';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { from, type Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, RebuildSource, TaskContext } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import type { PublisherCodecs } from './codecs.ts';
import { keepPart, keepVersion, PARTS, versionOf } from './customer-parts.ts';
import { GOLD_TOPIC, goldOutput, publishCustomer, retractCustomer } from './publish.ts';

/** Version of how the parts are joined. */
const RULE_VERSION = 'gold-publisher-1';

/** One topic that contributes a part of the record; null takes the part away. */
type PartInput = {
  readonly topic: string;
  readonly part: string;
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
  readonly decode: (value: Buffer) => unknown;
};

const customerIdOf = (record: KafkaRecord): string => record.key?.toString('utf8') ?? '';

const propensityPart = ({
  score,
  model_version,
  factors,
  scored_at,
}: PropensityScore): CustomerPropensity => ({
  score,
  model_version,
  factors,
  scored_at,
});

const segmentsPart = ({ segments }: SegmentMaterialized): readonly string[] => [...segments].sort();

const partInputs = (codecs: PublisherCodecs): readonly PartInput[] => [
  {
    topic: 'gold.customer_360.v1',
    part: PARTS.customer360,
    prepare: codecs.customer360.prepare,
    decode: (value): GoldCustomer360 => codecs.customer360.decode(value),
  },
  {
    topic: 'dom.propensity.score.v1',
    part: PARTS.propensity,
    decode: (value) => propensityPart(codecs.propensity.decode(value)),
  },
  {
    topic: 'dom.segment.materialized.v1',
    part: PARTS.segments,
    prepare: codecs.segments.prepare,
    decode: (value) => segmentsPart(codecs.segments.decode(value)),
  },
];

/** Keeps the part and publishes the customer's record anew. */
const joinPart = (input: PartInput, codecs: PublisherCodecs): Step<unknown, null> =>
  function joinPart(part, { record, state }) {
    const customerId = customerIdOf(record);
    keepPart(state, input.part, customerId, part);
    return input.part === PARTS.customer360 && part === null
      ? ok(null, retractCustomer(customerId, record.partition))
      : ok(null, publishCustomer(codecs, customerId, state, record.partition));
  };

const pipelineOf = (input: PartInput, codecs: PublisherCodecs): Pipeline =>
  from(input.topic, input.prepare === undefined ? {} : { prepare: input.prepare })
    .through(requireKey)
    .through(decodeOrTombstone(input))
    .through(joinPart(input, codecs))
    .build();

/**
 * The version owner recovers its versions from what it has published, and takes the next one: should the
 * rebuilt record differ, that is the one it is published under.
 */
const publishedVersions = (codecs: PublisherCodecs): RebuildSource => ({
  topic: GOLD_TOPIC,
  load: (record, state) => {
    if (record.value === null) return;
    keepVersion(state, customerIdOf(record), codecs.gold.decode(record.value).version + 1);
  },
});

const rebuildOf = (input: PartInput): RebuildSource => ({
  topic: input.topic,
  ...(input.prepare === undefined ? {} : { prepare: input.prepare }),
  load: (record, state) => {
    const customerId = customerIdOf(record);
    keepPart(state, input.part, customerId, record.value === null ? null : input.decode(record.value));
    if (versionOf(state, customerId) === 0) keepVersion(state, customerId, 1);
  },
});

/** Every record the rebuilt state stands for, on the customer's partition. */
function* rebuiltRows(codecs: PublisherCodecs, partitions: number, state: StateView): Iterable<Output> {
  for (const [, row] of state.range<GoldCustomer360>(PARTS.customer360)) {
    const { customer_id } = row;
    const partition = partitionOf(customer_id, partitions);
    yield goldOutput(codecs, row, versionOf(state, customer_id), state, partition);
  }
}

const sameButVersion = (codecs: PublisherCodecs, published: Buffer, rebuilt: Buffer): boolean =>
  isDeepStrictEqual(
    { ...codecs.gold.decode(published), version: 0 },
    { ...codecs.gold.decode(rebuilt), version: 0 },
  );

/** Joins customer 360, propensity and segments into the published record; owns its version. */
export const publisherProcessor = (codecs: PublisherCodecs, partitions: number): ProcessorDefinition => {
  const inputs = partInputs(codecs);
  return {
    name: 'gold-publisher',
    ruleVersion: RULE_VERSION,
    pipelines: inputs.map((input) => pipelineOf(input, codecs)),
    rebuild: {
      sources: [publishedVersions(codecs), ...inputs.map(rebuildOf)],
      comparisons: [
        {
          topic: GOLD_TOPIC,
          rows: ({ state }: TaskContext) => rebuiltRows(codecs, partitions, state),
          same: (published, rebuilt) => sameButVersion(codecs, published, rebuilt),
        },
      ],
    },
  };
};
