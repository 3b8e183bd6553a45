import type { Alert } from '@marketing-streams/contracts/generated/alert';
import type { CampaignResult } from '@marketing-streams/contracts/generated/campaign-result';
import type { LateEvents } from '@marketing-streams/contracts/generated/late-events';
import { createJsonCodec } from '@marketing-streams/contracts/json-codec';
import { structuredKey } from '@marketing-streams/contracts/row-key';
import type { OutgoingRecord } from '@marketing-streams/stream/kafka/api';

const MINUTE = 60_000;

const results = createJsonCodec<CampaignResult>('results');
const alerts = createJsonCodec<Alert>('ops.alerts');
const lateEvents = createJsonCodec<LateEvents>('ops.late_events.v1');

/** A window of a minute whose computed fields follow from the given ones, as the live aggregation makes it. */
export const campaignResult = (
  fields: Partial<CampaignResult> & Pick<CampaignResult, 'window_start'>,
): CampaignResult => {
  const { clicks = 0, conversions = 0, spend = 0, window_start } = fields;
  return {
    campaign: 'spring_sale',
    channel: 'google_ads',
    window: '1m',
    window_end: window_start + MINUTE,
    impressions: 0,
    clicks,
    conversions,
    spend,
    CPC: clicks === 0 ? 0 : spend / 100 / clicks,
    CPA: conversions === 0 ? 0 : spend / 100 / conversions,
    ...fields,
  };
};

/** Windows as records of a topic. */
export const resultRecords = (topic: string, rows: readonly CampaignResult[]): readonly OutgoingRecord[] =>
  rows.map((row) => ({
    topic,
    key: structuredKey(row, ['campaign', 'channel', 'window_start']),
    value: results.encode(row),
  }));

/** Alerts as records of a topic. */
export const alertRecords = (topic: string, rows: readonly Alert[]): readonly OutgoingRecord[] =>
  rows.map((row) => ({ topic, key: row.alert_id, value: alerts.encode(row) }));

/** Events that came too late as records of a topic. */
export const lateRecords = (topic: string, rows: readonly LateEvents[]): readonly OutgoingRecord[] =>
  rows.map((row) => ({
    topic,
    key: structuredKey(row, ['campaign', 'channel', 'window_start', 'source_partition']),
    value: lateEvents.encode(row),
  }));
