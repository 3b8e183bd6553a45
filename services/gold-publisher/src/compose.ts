import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PublishedCustomer } from './customer-parts.ts';

/** The published record: the customer 360 with its score and segments, under one version. */
export const composeGold = (
  row: GoldCustomer360,
  { propensity, segments, version }: Omit<PublishedCustomer, 'customer360'>,
): CustomerGold => ({
  customer_id: row.customer_id,
  email: row.email,
  first_name: row.first_name,
  last_name: row.last_name,
  phone: row.phone,
  is_active: row.is_active,
  lifecycle_stage: row.lifecycle_stage,
  lifecycle_reason: row.lifecycle_reason,
  order_count: row.order_count,
  lifetime_value: row.lifetime_value,
  average_order_value: row.average_order_value,
  first_order_at: row.first_order_at,
  last_order_at: row.last_order_at,
  delivered: row.delivered,
  failed: row.failed,
  engagement_rate: row.engagement_rate,
  by_channel: row.by_channel,
  propensity,
  segments: segments.map(({ segment }) => segment),
  segment_since: Object.fromEntries(segments.map(({ segment, since }) => [segment, since])),
  version,
  created_at: row.created_at,
  as_of: row.as_of,
  source_offsets: row.source_offsets,
  rule_version: row.rule_version,
});
