// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { AdEventKind } from './ad-event-kind.ts';
import type { Cents } from '@marketing-streams/domain/money';

/** Something that happened to an advertisement: it was seen, clicked, or led to a conversion. */
export type AdEvent = {
  /** When it happened. */
  readonly ts: EpochMilliseconds;
  /** Who saw, clicked or bought; also the message key, if there is one. */
  readonly user_id: string;
  /** The campaign. */
  readonly campaign_id: string;
  /** Where the advertisement was shown, e.g. google_ads. */
  readonly channel: string;
  /** What happened. */
  readonly event: AdEventKind;
  /** What it cost the advertiser. */
  readonly cost: Cents;
};

/** The registered schema of AdEvent: `schemas/logs.schema.json` without white space. */
export const AD_EVENT_SCHEMA =
  '{"$schema":"http://json-schema.org/draft-07/schema#","$id":"urn:marketing-streams:logs","title":"AdEvent","description":"Something that happened to an advertisement: it was seen, clicked, or led to a conversion.","type":"object","properties":{"ts":{"description":"When it happened.","type":"integer","format":"timestamp-millis"},"user_id":{"description":"Who saw, clicked or bought; also the message key, if there is one.","type":"string"},"campaign_id":{"description":"The campaign.","type":"string"},"channel":{"description":"Where the advertisement was shown, e.g. google_ads.","type":"string"},"event":{"title":"AdEventKind","description":"What happened.","type":"string","enum":["impression","click","conversion"]},"cost":{"description":"What it cost the advertiser.","type":"number","format":"decimal-18-2","minimum":0}},"required":["ts","user_id","campaign_id","channel","event","cost"],"additionalProperties":false}';
