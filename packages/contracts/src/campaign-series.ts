import { partitionOf } from './partitioner.ts';
import { structuredKey } from './row-key.ts';

/** What the rows of one campaign on one channel have in common. */
export type CampaignSeries = { readonly campaign: string; readonly channel: string };

/**
 * The partition of a campaign and a channel among so many: all windows of both lie there. The names are hashed as the
 * JSON of both, so that neither runs into the other, whatever characters they hold.
 */
export const partitionOfSeries = ({ campaign, channel }: CampaignSeries, partitions: number): number =>
  partitionOf(structuredKey({ campaign, channel }, ['campaign', 'channel']), partitions);
