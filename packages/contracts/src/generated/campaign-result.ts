// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { ResultWindow } from './result-window.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** What a campaign came to on a channel within a window of event time; replaces the former record of the window. */
export type CampaignResult = {
  /** The campaign. */
  readonly campaign: string;
  /** The channel. */
  readonly channel: string;
  /** Length of the window. */
  readonly window: ResultWindow;
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
  readonly CPC: number;
  /** Cost per action: spend / conversions, 0 without conversions. */
  readonly CPA: number;
};

/** The registered schema of CampaignResult: `schemas/results.schema.json` without white space. */
export const CAMPAIGN_RESULT_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:results","title":"CampaignResult","description":"What a campaign came to on a channel within a window of event time; replaces the former record of the window.","type":"object","properties":{"campaign":{"description":"The campaign.","type":"string"},"channel":{"description":"The channel.","type":"string"},"window":{"title":"ResultWindow","description":"Length of the window.","type":"string","enum":["1m"]},"window_start":{"description":"First moment of the window.","type":"integer","format":"timestamp-millis"},"window_end":{"description":"First moment after the window.","type":"integer","format":"timestamp-millis"},"impressions":{"description":"Impressions.","type":"integer","minimum":0},"clicks":{"description":"Clicks.","type":"integer","minimum":0},"conversions":{"description":"Conversions.","type":"integer","minimum":0},"spend":{"description":"Sum of all costs.","type":"number","format":"decimal-18-2"},"CPC":{"description":"Cost per click: spend / clicks, 0 without clicks.","type":"number","minimum":0},"CPA":{"description":"Cost per action: spend / conversions, 0 without conversions.","type":"number","minimum":0}},"required":["campaign","channel","window","window_start","window_end","impressions","clicks","conversions","spend","CPC","CPA"],"additionalProperties":false}';
