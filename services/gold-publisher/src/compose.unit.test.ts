import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { describe, expect, it } from 'vitest';
import { composeGold } from './compose.ts';
import { keepPart, nextVersion, PARTS, propensityOf, segmentsOf } from './customer-parts.ts';

const row: GoldCustomer360 = {
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
  first_order_at: 1,
  last_order_at: 1,
  delivered: 0,
  failed: 0,
  engagement_rate: 0,
  by_channel: {},
  created_at: 1,
  as_of: 1,
  source_offsets: [{ topic: 'dom.order.placed.v1', partition: 0, offset: 5 }],
  rule_version: 'r1',
};

describe('composeGold', () => {
  it('carries the whole customer 360', () => {
    expect(composeGold(row, { propensity: null, segments: [] }, 3)).toMatchObject({ ...row, version: 3 });
  });

  it('adds score and segments', () => {
    const propensity = { score: 0.4, model_version: 'v1', factors: [], scored_at: 2 };
    const gold = composeGold(row, { propensity, segments: ['vip'] }, 4);
    expect(gold.propensity).toEqual(propensity);
    expect(gold.segments).toEqual(['vip']);
  });
});

describe('customer parts', () => {
  it('numbers versions per customer without a gap', () => {
    const state = memoryState();
    expect([nextVersion(state, 'a'), nextVersion(state, 'a'), nextVersion(state, 'b')]).toEqual([1, 2, 1]);
  });

  it('forgets a part that is taken away', () => {
    const state = memoryState();
    keepPart(state, PARTS.segments, 'a', ['vip']);
    expect(segmentsOf(state, 'a')).toEqual(['vip']);
    keepPart(state, PARTS.segments, 'a', null);
    expect(segmentsOf(state, 'a')).toEqual([]);
    expect(propensityOf(state, 'a')).toBeNull();
  });
});
