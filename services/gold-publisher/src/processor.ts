import { isDeepStrictEqual } from 'node:util';
import type { CustomerPropensity } from '@marketing-streams/contracts/generated/customer-propensity';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import { partitionOf } from '@marketing-streams/contracts/partitioner';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { PlatformError } from '@marketing-streams/platform/errors';
import { from, type Pipeline } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, RebuildSource, TaskContext } from '@marketing-streams/stream/processor';
import type { StateView } from '@marketing-streams/stream/state/state-view';
import { drop, type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import type { PublisherCodecs } from './codecs.ts';
import {
  type CustomerParts,
  keepCustomer,
  PUBLISHER_STATE,
  publishedCustomer,
  publishedCustomers,
} from './customer-parts.ts';
import { membershipsAfter } from './memberships.ts';
import { GOLD_TOPIC, goldOutput, publishCustomer } from './publish.ts';

/** Version of how the parts are joined. */
const RULE_VERSION = 'gold-publisher-1';

/** Far beyond what a customer ever gets; much more than this the state cannot hold. */
const MAX_VERSION = Number.MAX_SAFE_INTEGER / 2;

/** One topic that contributes a part of the record. */
type PartInput = {
  readonly topic: string;
  readonly prepare?: (records: readonly KafkaRecord[]) => Promise<void>;
  /** What a value makes of the parts. */
  readonly decode: (value: Buffer) => PartChange;
  /** What a tombstone makes of them. */
  readonly without: PartChange;
};

/** What changes in the parts as they are; null when nothing does. */
type PartChange = (former: CustomerParts) => Partial<CustomerParts> | null;

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

/** An evaluation that finds the customer in the same segments changes nothing, however new it is. */
const inSegments = (
  former: CustomerParts,
  names: readonly string[],
  evaluatedAt: number,
): Partial<CustomerParts> | null => {
  const segments = membershipsAfter(former.segments, names, evaluatedAt);
  return segments === null ? null : { segments };
};

const partInputs = (codecs: PublisherCodecs): readonly PartInput[] => [
  {
    topic: 'gold.customer_360.v1',
    prepare: codecs.customer360.prepare,
    decode: (value) => {
      const change = { customer360: codecs.customer360.decode(value) };
      return () => change;
    },
    without: () => ({ customer360: null }),
  },
  {
    topic: 'dom.propensity.score.v1',
    decode: (value) => {
      const change = { propensity: propensityPart(codecs.propensity.decode(value)) };
      return () => change;
    },
    without: () => ({ propensity: null }),
  },
  {
    topic: 'dom.segment.materialized.v1',
    prepare: codecs.segments.prepare,
    decode: (value) => {
      const { segments, evaluated_at } = codecs.segments.decode(value);
      return (former) => inSegments(former, segments, evaluated_at);
    },
    without: (former) => inSegments(former, [], 0),
  },
];

/** Keeps the part and publishes the customer's record anew, if the part says something new. */
const joinPart = (input: PartInput, codecs: PublisherCodecs): Step<PartChange | null, null> =>
  function joinPart(part, { record, state }) {
    const customerId = customerIdOf(record);
    const change = (part ?? input.without)(publishedCustomer(state, customerId));
    if (change === null) return drop('repeat');
    return ok(null, publishCustomer(codecs, customerId, state, change, record.partition));
  };

const pipelineOf = (input: PartInput, codecs: PublisherCodecs): Pipeline =>
  from(input.topic, input.prepare === undefined ? {} : { prepare: input.prepare })
    .through(requireKey)
    .through(decodeOrTombstone(input))
    .through(joinPart(input, codecs))
    .build();

/**
 * The version owner recovers its versions from what it has published, and takes the next one: should the
 * rebuilt record differ, that is the one it is published under. Since when a customer is in its segments is said
 * nowhere else either: their own topic only holds the newest evaluation.
 */
const publishedVersions = (codecs: PublisherCodecs): RebuildSource => ({
  topic: GOLD_TOPIC,
  load: (record, state) => {
    if (record.value === null) return;
    const customerId = customerIdOf(record);
    const { version, segment_since = {} } = codecs.gold.decode(record.value);
    if (version > MAX_VERSION) throw new PlatformError('VALUE_INVALID', `no version can follow ${version}`);
    const segments = Object.entries(segment_since).map(([segment, since]) => ({ segment, since }));
    keepCustomer(state, customerId, {
      ...publishedCustomer(state, customerId),
      segments,
      version: version + 1,
    });
  },
});

const rebuildOf = (input: PartInput): RebuildSource => ({
  topic: input.topic,
  ...(input.prepare === undefined ? {} : { prepare: input.prepare }),
  load: (record, state) => {
    const customerId = customerIdOf(record);
    const former = publishedCustomer(state, customerId);
    const change = (record.value === null ? input.without : input.decode(record.value))(former);
    keepCustomer(state, customerId, { ...former, ...change, version: Math.max(former.version, 1) });
  },
});

/** Every record the rebuilt state stands for, on the customer's partition. */
function* rebuiltRows(codecs: PublisherCodecs, partitions: number, state: StateView): Iterable<Output> {
  for (const customer of publishedCustomers(state)) {
    const row = customer.customer360;
    if (row !== null) yield goldOutput(codecs, row, customer, partitionOf(row.customer_id, partitions));
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
    state: PUBLISHER_STATE,
    // In a backlog a customer's score follows shortly after the customer 360 it belongs to.
    backlog: { records: 50_000, gatherMilliseconds: 1_000 },
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
