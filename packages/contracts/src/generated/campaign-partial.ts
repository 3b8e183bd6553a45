// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** What one partition of the input contributes to a campaign's window on a channel. */
export type CampaignPartial = {
  /** The campaign. */
  readonly campaign: string;
  /** The channel. */
  readonly channel: string;
  /** First moment of the window. */
  readonly window_start: EpochMilliseconds;
  /** Partition of the input topic whose events are counted. */
  readonly source_partition: number;
  /** Impressions. */
  readonly impressions: number;
  /** Clicks. */
  readonly clicks: number;
  /** Conversions. */
  readonly conversions: number;
  /** Sum of all costs. */
  readonly spend: Cents;
};

/** The registered schema of CampaignPartial: `schemas/live.campaign_partials.v1.avsc` without white space. */
export const CAMPAIGN_PARTIAL_SCHEMA =
  '{"type":"record","name":"CampaignPartial","namespace":"marketing_streams","doc":"What one partition of the input contributes to a campaign\'s window on a channel.","fields":[{"name":"campaign","doc":"The campaign.","type":"string"},{"name":"channel","doc":"The channel.","type":"string"},{"name":"window_start","doc":"First moment of the window.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"source_partition","doc":"Partition of the input topic whose events are counted.","type":"int"},{"name":"impressions","doc":"Impressions.","type":"long"},{"name":"clicks","doc":"Clicks.","type":"long"},{"name":"conversions","doc":"Conversions.","type":"long"},{"name":"spend","doc":"Sum of all costs.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}}]}';
