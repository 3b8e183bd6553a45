import { type AvroCodec, createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import { partitionOfSeries } from '@marketing-streams/contracts/campaign-series';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { GoldCampaignPerformance } from '@marketing-streams/contracts/generated/gold-campaign-performance';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import type { TopicName } from '@marketing-streams/contracts/topics';
import type { Tally } from '@marketing-streams/domain/campaigns/tally';
import { startOfWindow } from '@marketing-streams/domain/campaigns/window';
import { from } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition, RebuildSource } from '@marketing-streams/stream/processor';
import { deadLetter, drop, type Output, ok, type Step } from '@marketing-streams/stream/step';
import { decodeOrTombstone } from '@marketing-streams/stream/steps/decode';
import { CAMPAIGN_PERFORMANCE_STATE, foldMinute } from './fold-minute.ts';

const INPUT_TOPIC: TopicName = 'results';
const OUTPUT_TOPIC: TopicName = 'gold.campaign_performance.v1';

/** The page follows `results`; these rows are history, and a few transactions a second are enough. */
const PACE_MILLISECONDS = 200;

const tallyOf = ({ impressions, clicks, conversions, spend }: Tally): Tally => ({
  impressions,
  clicks,
  conversions,
  spend,
});

/** A tombstone is no news: `results` forgets what is old, and gold keeps it. */
const foldResult = (
  codec: AvroCodec<GoldCampaignPerformance>,
  partitions: number,
): Step<CampaignResult | null, null> =>
  function foldResult(result, { record, state }) {
    if (result === null) return drop('expired');
    const { campaign, channel, window_start } = result;
    if (window_start < 0 || startOfWindow(window_start) !== window_start)
      return deadLetter('VALUE_INVALID', `window_start = ${window_start} is not the beginning of a minute`);
    const { topic, partition, offset } = record;
    const tally = tallyOf(result);
    const source_offsets = [{ topic, partition, offset }];
    const rows = foldMinute(state, { campaign, channel, window_start, tally, source_offsets });
    if (rows.length === 0) return drop('unchanged');
    const target = partitionOfSeries(result, partitions);
    return ok(
      null,
      rows.map(
        (row): Output => ({
          topic: OUTPUT_TOPIC,
          key: structuredKey(row, ['campaign', 'channel', 'window', 'window_start']),
          partition: target,
          value: () => codec.encode(row),
          latestOnly: true,
        }),
      ),
    );
  };

/** The minutes are enough: hours and days are what they come to. `results` itself is kept for days only. */
const ownMinutes = (codec: AvroCodec<GoldCampaignPerformance>): RebuildSource => ({
  topic: OUTPUT_TOPIC,
  prepare: codec.prepare,
  load: ({ value }, state) => {
    if (value === null) return;
    const row = codec.decode(value);
    if (row.window === '1m') foldMinute(state, { ...row, tally: tallyOf(row) });
  },
});

/**
 * Folds the windows of `results`, whoever publishes them, into rows by the minute, the hour and the day. One task: a
 * writer may spread a campaign over partitions. `partitions`: of the output.
 */
export const campaignPerformanceProcessor = async (
  registry: SchemaRegistry,
  partitions: number,
): Promise<ProcessorDefinition> => {
  const codec = await createAvroCodec<GoldCampaignPerformance>({ registry, topic: OUTPUT_TOPIC });
  return {
    name: 'campaign-performance',
    ruleVersion: 'campaign-performance-1',
    state: CAMPAIGN_PERFORMANCE_STATE,
    paceMilliseconds: PACE_MILLISECONDS,
    pipelines: [
      from(INPUT_TOPIC)
        .through(decodeOrTombstone(createJsonCodec<CampaignResult>(INPUT_TOPIC)))
        .through(foldResult(codec, partitions))
        .build(),
    ],
    rebuild: { sources: [ownMinutes(codec)], comparisons: [] },
  };
};
