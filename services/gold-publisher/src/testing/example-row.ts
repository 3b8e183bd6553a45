import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';

/** A customer 360 for unit tests: Ada with one order of $120.50. */
export const exampleRow: GoldCustomer360 = {
  customer_id: 'c1',
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: 'Lovelace',
  phone: null,
  is_active: true,
  lifecycle_stage: 'customer',
  lifecycle_reason: '1 order',
  order_count: 1,
  lifetime_value: 12050,
  average_order_value: 12050,
  first_order_at: Date.UTC(2026, 0, 1),
  last_order_at: Date.UTC(2026, 0, 1),
  delivered: 0,
  failed: 0,
  engagement_rate: 0,
  by_channel: {},
  created_at: Date.UTC(2026, 0, 1),
  as_of: Date.UTC(2026, 0, 1),
  source_offsets: [],
  rule_version: 'r1',
};
