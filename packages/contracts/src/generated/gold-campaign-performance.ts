// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { SourceOffset } from '../record.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** What a campaign came to on a channel within a minute, an hour or a day of event time. */
export type GoldCampaignPerformance = {
  /** The campaign. */
  readonly campaign: string;
  /** The channel. */
  readonly channel: string;
  /** Length of the window: 1m, 1h or 1d (UTC). */
  readonly window: string;
  /** First moment of the window. */
  readonly window_start: EpochMilliseconds;
  /** First moment after the window. */
  readonly window_end: EpochMilliseconds;
  /** Impressions. */
  readonly impressions: number;
  /** Clicks. */
  readonly clicks: number;
  /** Conversions. */
  readonly conversions: number;
  /** Sum of all costs. */
  readonly spend: Cents;
  /** Cost per click: spend / clicks, 0 without clicks. */
  readonly cpc: number;
  /** Cost per action: spend / conversions, 0 without conversions. */
  readonly cpa: number;
  /** Newest offsets of the results that are part of the row. */
  readonly source_offsets: readonly SourceOffset[];
};

/** The registered schema of GoldCampaignPerformance: `schemas/gold.campaign_performance.v1.avsc` without white space. */
export const GOLD_CAMPAIGN_PERFORMANCE_SCHEMA =
  '{"type":"record","name":"GoldCampaignPerformance","namespace":"marketing_streams","doc":"What a campaign came to on a channel within a minute, an hour or a day of event time.","fields":[{"name":"campaign","doc":"The campaign.","type":"string"},{"name":"channel","doc":"The channel.","type":"string"},{"name":"window","doc":"Length of the window: 1m, 1h or 1d (UTC).","type":"string"},{"name":"window_start","doc":"First moment of the window.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"window_end","doc":"First moment after the window.","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"impressions","doc":"Impressions.","type":"long"},{"name":"clicks","doc":"Clicks.","type":"long"},{"name":"conversions","doc":"Conversions.","type":"long"},{"name":"spend","doc":"Sum of all costs.","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":2}},{"name":"cpc","doc":"Cost per click: spend / clicks, 0 without clicks.","type":"double"},{"name":"cpa","doc":"Cost per action: spend / conversions, 0 without conversions.","type":"double"},{"name":"source_offsets","doc":"Newest offsets of the results that are part of the row.","type":{"type":"array","items":{"type":"record","name":"SourceOffset","doc":"The place a fact comes from: the newest offset of a partition of an input topic that is part of the row.","fields":[{"name":"topic","doc":"Name of the input topic.","type":"string"},{"name":"partition","doc":"Partition of that topic.","type":"int"},{"name":"offset","doc":"Offset within the partition.","type":"long"}]}}}]}';
