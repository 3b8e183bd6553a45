import { createAvroCodec } from '@marketing-streams/contracts/avro-codec';
import type { CampaignPartial } from '@marketing-streams/contracts/generated/campaign-partial';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import type { SchemaRegistry } from '@marketing-streams/contracts/schema-registry';
import { from } from '@marketing-streams/stream/pipeline';
import type { ProcessorDefinition } from '@marketing-streams/stream/processor';
import { decode } from '@marketing-streams/stream/steps/decode';
import { countPartial, forgetClosedWindows, WINDOWS_STATE } from './count-partial.ts';

/** As the first stage has it (0074). */
const PACE_MILLISECONDS = 25;

/**
 * The second stage of campaign windows: the parts of a window together are its row of `results`. `partitions`: of
 * every topic.
 */
export const campaignWindowsProcessor = async (
  registry: SchemaRegistry,
  partitions: number,
): Promise<ProcessorDefinition> => {
  const partials = await createAvroCodec<CampaignPartial>({ registry, topic: 'live.campaign_partials.v1' });
  return {
    name: 'live-campaign-windows',
    ruleVersion: 'campaign-windows-2',
    state: WINDOWS_STATE,
    paceMilliseconds: PACE_MILLISECONDS,
    pipelines: [
      from('live.campaign_partials.v1', { prepare: partials.prepare })
        .through(decode(partials))
        .through(countPartial(createJsonCodec<CampaignResult>('results')))
        .build(),
    ],
    timers: [forgetClosedWindows(partitions)],
  };
};
