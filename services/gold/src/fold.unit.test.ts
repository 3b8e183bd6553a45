import type { SilverActivation } from '@marketing-streams/contracts/generated/silver-activation';
import type { SilverCustomer } from '@marketing-streams/contracts/generated/silver-customer';
import type { SilverOrder } from '@marketing-streams/contracts/generated/silver-order';
import { memoryState } from '@marketing-streams/stream/testing/memory-state';
import { beforeEach, describe, expect, it } from 'vitest';
import { GOLD_STATE } from './customer-state.ts';
import { type Folded, foldActivation, foldCustomer, foldOrder } from './fold.ts';

const customerId = 'c1';
const at = (minute: number): number => Date.UTC(2026, 0, 1, 0, minute);

const order = (changes: Partial<SilverOrder> = {}): SilverOrder => ({
  order_id: 'o1',
  customer_id: customerId,
  status: 'PLACED',
  total_amount: 12050,
  currency: 'USD',
  items: [],
  placed_at: at(1),
  updated_at: at(1),
  source_offsets: [{ topic: 'dom.order.placed.v1', partition: 2, offset: 7 }],
  ...changes,
});

const delivery = (changes: Partial<SilverActivation> = {}): SilverActivation => ({
  activation_id: 'a1',
  customer_id: customerId,
  campaign_id: null,
  channel: 'EMAIL',
  status: 'DELIVERED',
  failure_reason: null,
  occurred_at: at(2),
  source_offsets: [{ topic: 'dom.activation.delivery.status.v1', partition: 2, offset: 3 }],
  ...changes,
});

const profile = (changes: Partial<SilverCustomer> = {}): SilverCustomer => ({
  customer_id: customerId,
  email: 'ada@example.com',
  first_name: 'Ada',
  last_name: 'Lovelace',
  phone: null,
  is_active: false,
  lifecycle_stage: null,
  source: 'webapp',
  created_at: at(0),
  updated_at: at(0),
  field_updates: { is_active: { updated_at: at(0), partition: 2, offset: 1 } },
  source_offsets: [{ topic: 'dom.customer.profile.upsert.v1', partition: 2, offset: 1 }],
  ...changes,
});

let state = memoryState(GOLD_STATE);
beforeEach(() => {
  state = memoryState(GOLD_STATE);
});

const applyProfile = (row: SilverCustomer | null): Folded =>
  foldCustomer(state, { customerId, id: customerId, row });
const applyOrder = (row: SilverOrder): Folded => foldOrder(state, { customerId, id: row.order_id, row });
const removeOrder = (row: SilverOrder): Folded =>
  foldOrder(state, { customerId, id: row.order_id, row: null });
const applyDelivery = (row: SilverActivation): Folded =>
  foldActivation(state, { customerId, id: row.activation_id, row });

describe('fold', () => {
  it('begins a profile as an inactive prospect and reports nothing back', () => {
    const { row, feedback } = applyProfile(profile());
    expect(row()).toMatchObject({
      lifecycle_stage: 'prospect',
      is_active: false,
      lifetime_value: 0,
      order_count: 0,
    });
    expect(feedback).toBeNull();
  });

  it('makes a customer of an order and reports stage and activity with the order’s time', () => {
    applyProfile(profile());
    const { row, feedback } = applyOrder(order());
    expect(row()).toMatchObject({
      lifecycle_stage: 'customer',
      is_active: true,
      lifetime_value: 12050,
      order_count: 1,
    });
    expect(feedback).toMatchObject({
      lifecycle_stage: 'customer',
      is_active: true,
      email: null,
      source: 'lifecycle',
      updated_at: at(1),
    });
  });

  it('reports only what changed', () => {
    applyProfile(profile());
    applyOrder(order());
    const { feedback } = applyDelivery(delivery());
    expect(feedback).toMatchObject({ lifecycle_stage: 'engaged', is_active: null, updated_at: at(2) });
    expect(applyDelivery(delivery({ activation_id: 'a2' })).feedback).toBeNull();
  });

  it('takes a cancelled order out again', () => {
    applyOrder(order());
    const { row } = applyOrder(order({ status: 'CANCELLED', updated_at: at(5) }));
    expect(row()).toMatchObject({
      order_count: 0,
      lifetime_value: 0,
      lifecycle_stage: 'prospect',
      last_order_at: null,
    });
  });

  it('finds the last order again when the newest is deleted', () => {
    applyOrder(order());
    const newest = order({ order_id: 'o2', placed_at: at(9), updated_at: at(9), total_amount: 500 });
    expect(applyOrder(newest).row()?.last_order_at).toBe(at(9));
    expect(removeOrder(newest).row()).toMatchObject({ last_order_at: at(1), lifetime_value: 12050 });
  });

  it('keeps customers apart whose ids begin alike', () => {
    applyOrder(order());
    const other = order({ customer_id: 'c11', order_id: 'o9', placed_at: at(30), updated_at: at(30) });
    foldOrder(state, { customerId: 'c11', id: other.order_id, row: other });
    const corrected = applyOrder(order({ placed_at: at(0), updated_at: at(3) }));
    expect(corrected.row()?.last_order_at).toBe(at(0));
  });

  it('is gone when nothing is known of it any more', () => {
    applyProfile(profile());
    expect(applyProfile(null).row()).toBeNull();
  });

  it('carries the newest input offset of every topic', () => {
    applyProfile(profile());
    applyOrder(order());
    const { row } = applyDelivery(delivery());
    expect(row()?.source_offsets).toEqual([
      { topic: 'dom.activation.delivery.status.v1', partition: 2, offset: 3 },
      { topic: 'dom.customer.profile.upsert.v1', partition: 2, offset: 1 },
      { topic: 'dom.order.placed.v1', partition: 2, offset: 7 },
    ]);
  });
});
