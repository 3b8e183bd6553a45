import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { GoldSegmentSize } from '@marketing-streams/contracts/generated/gold-segment-size';
import type { SegmentMaterialized } from '@marketing-streams/contracts/generated/segment-materialized';
import type { KafkaRecord } from '@marketing-streams/contracts/record';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import { from } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, Timer } from '@marketing-streams/stream/processor';
import { drop, type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { requireKey } from '@marketing-streams/stream/steps/require-key';
import { countEvaluation, loadEvaluation, loadSize, reportSizes, SEGMENT_SIZES_STATE } from './sizes.ts';

const INPUT_TOPIC: TopicName = 'dom.segment.materialized.v1';
const OUTPUT_TOPIC: TopicName = 'gold.segment_sizes.v1';
const RULE_VERSION = 'segment-sizes-1';

/** Only after a rebuild there may be anything to tell. */
const REPORT_EVERY_MILLISECONDS = 10_000;

/** Nobody waits for a size. */
const PACE_MILLISECONDS = 100;

const customerIdOf = ({ key }: KafkaRecord): string => key?.toString('utf8') ?? '';

/**
 * Counts the members of segments by the minute (of Kafka's time) in which somebody entered or left. One task sees all
 * customers. The topic only holds the newest evaluation of each, so that a lost state comes back from there and from
 * the own rows; who came and went meanwhile is then told in sum.
 */
export const segmentSizesProcessor = async (registry: SchemaRegistry): Promise<ProcessorDefinition> => {
  const evaluations = await createAvroCodec<SegmentMaterialized>({ registry, topic: INPUT_TOPIC });
  const sizes = await createAvroCodec<GoldSegmentSize>({ registry, topic: OUTPUT_TOPIC });

  const output = (row: GoldSegmentSize): Output => ({
    topic: OUTPUT_TOPIC,
    key: structuredKey(row, ['segment', 'minute']),
    latestOnly: true,
    value: () => sizes.encode(row),
  });

  const countMembers: Step<SegmentMaterialized | null, null> = function countMembers(
    evaluation,
    { record, state },
  ) {
    const segments = evaluation?.segments ?? [];
    const rows = countEvaluation(state, customerIdOf(record), segments, record.timestamp);
    return rows.length === 0 ? drop('repeat') : ok(null, rows.map(output));
  };

  const report: Timer = {
    name: 'report-sizes',
    clock: 'wall-clock',
    everyMilliseconds: REPORT_EVERY_MILLISECONDS,
    run: ({ state, now }) => reportSizes(state, now).map(output),
  };

  return {
    name: 'segment-sizes',
    ruleVersion: RULE_VERSION,
    state: SEGMENT_SIZES_STATE,
    backlog: { records: 50_000, gatherMilliseconds: 1_000 },
    paceMilliseconds: PACE_MILLISECONDS,
    pipelines: [
      from(INPUT_TOPIC, { prepare: evaluations.prepare })
        .through(requireKey)
        .through(decodeOrTombstone(evaluations))
        .through(countMembers)
        .build(),
    ],
    timers: [report],
    rebuild: {
      sources: [
        {
          topic: OUTPUT_TOPIC,
          prepare: sizes.prepare,
          load: ({ value }, state) => {
            if (value !== null) loadSize(state, sizes.decode(value));
          },
        },
        {
          topic: INPUT_TOPIC,
          prepare: evaluations.prepare,
          load: (record, state) => {
            const { value } = record;
            const segments = value === null ? [] : evaluations.decode(value).segments;
            loadEvaluation(state, customerIdOf(record), segments);
          },
        },
      ],
      comparisons: [],
    },
  };
};
