import type { ActivationEvent } from '../activation.ts';
import type { Cents } from '../money.ts';
import type { OrderEvent, OrderStatus } from '../order.ts';
import type { ProfilePatch } from '../profile.ts';
import { compareStamps, type Stamp } from '../source-offsets.ts';

/**
 * The live aggregation takes what was said last, wherever events place themselves in time: `LATEST_BY_OFFSET` of
 * ksqlDB. Here "last" is a stamp: `time` never goes back within a partition, so that there it means the offset, and
 * between partitions (a customer whose records another client spread) it means the order of Kafka's timestamps.
 * What comes out is a function of the records and not of the order in which partitions were read.
 */
export type Said<Value> = { readonly value: Value; readonly said: Stamp };

/** What somebody set `is_active` to, and the time it is meant to hold from, epoch milliseconds. */
export type ActivitySetting = Said<boolean> & { readonly updated_at: number };

/** A customer as the live aggregation knows it; null where nothing was said. */
export type LiveCustomer = {
  readonly email: Said<string> | null;
  readonly first_name: Said<string> | null;
  readonly last_name: Said<string> | null;
  readonly phone: Said<string> | null;
  readonly is_active: ActivitySetting | null;
  /** Orders that stand. */
  readonly order_count: number;
  readonly lifetime_value: Cents;
  /** Largest `placed_at` of any record of an order, whatever became of it; null without one. */
  readonly last_order_at: number | null;
  readonly delivered: number;
  readonly failed: number;
};

/** What is kept of an order: the highest status rank ever said, and the amount last said. */
export type LiveOrder = { readonly rank: number; readonly amount: Cents; readonly said: Stamp };

/** What is kept of a delivery: how it ended by the last word on it. */
export type LiveDelivery = { readonly delivered: boolean; readonly said: Stamp };

/** A customer of whom nothing was said. */
export const UNKNOWN_LIVE_CUSTOMER: LiveCustomer = {
  email: null,
  first_name: null,
  last_name: null,
  phone: null,
  is_active: null,
  order_count: 0,
  lifetime_value: 0,
  last_order_at: null,
  delivered: 0,
  failed: 0,
};

/** A stamp that every record's comes after: of what tables say of records that are no longer there. */
export const BEFORE_ALL_RECORDS: Stamp = { time: -1, offset: -1, partition: -1 };

/** As in silver: money that went back does not come again with a late or repeated PLACED. */
const RANK: Readonly<Record<OrderStatus, number>> = { PLACED: 0, CANCELLED: 1, REFUNDED: 2 };
const STANDS = RANK.PLACED;

const isLater = (known: { readonly said: Stamp } | null | undefined, said: Stamp): boolean =>
  known === null || known === undefined || compareStamps(said, known.said) > 0;

const latest = (known: Said<string> | null, value: string | null, said: Stamp): Said<string> | null =>
  value !== null && isLater(known, said) ? { value, said } : known;

/** The customer after a patch of its profile: each field that the patch fills, if no later patch filled it. */
export const applyLivePatch = (
  customer: LiveCustomer,
  patch: Pick<ProfilePatch, 'email' | 'first_name' | 'last_name' | 'phone' | 'is_active' | 'updated_at'>,
  said: Stamp,
): LiveCustomer => {
  const { is_active, updated_at } = patch;
  const sets = is_active !== null && isLater(customer.is_active, said);
  return {
    ...customer,
    email: latest(customer.email, patch.email, said),
    first_name: latest(customer.first_name, patch.first_name, said),
    last_name: latest(customer.last_name, patch.last_name, said),
    phone: latest(customer.phone, patch.phone, said),
    is_active: sets ? { value: is_active, updated_at, said } : customer.is_active,
  };
};

/** The order after one more record of it. */
export const liveOrderAfter = (
  before: LiveOrder | undefined,
  order: Pick<OrderEvent, 'status' | 'total_amount'>,
  said: Stamp,
): LiveOrder => {
  const rank = Math.max(before?.rank ?? 0, RANK[order.status]);
  return before !== undefined && !isLater(before, said)
    ? { ...before, rank }
    : { rank, amount: order.total_amount, said };
};

/** The customer with an order in place of what was known of it. */
export const applyLiveOrder = (
  customer: LiveCustomer,
  before: LiveOrder | undefined,
  after: LiveOrder,
  placedAt: number,
): LiveCustomer => {
  const stood = before?.rank === STANDS;
  const stands = after.rank === STANDS;
  return {
    ...customer,
    order_count: customer.order_count - (stood ? 1 : 0) + (stands ? 1 : 0),
    lifetime_value: customer.lifetime_value - (stood ? before.amount : 0) + (stands ? after.amount : 0),
    last_order_at: customer.last_order_at === null ? placedAt : Math.max(customer.last_order_at, placedAt),
  };
};

/** The delivery after one more record of it. */
export const liveDeliveryAfter = (
  before: LiveDelivery | undefined,
  { status }: Pick<ActivationEvent, 'status'>,
  said: Stamp,
): LiveDelivery =>
  before !== undefined && !isLater(before, said) ? before : { delivered: status === 'DELIVERED', said };

/** The customer with a delivery in place of what was known of it. */
export const applyLiveDelivery = (
  customer: LiveCustomer,
  before: LiveDelivery | undefined,
  after: LiveDelivery,
): LiveCustomer => {
  const was = (delivered: boolean): number => (before?.delivered === delivered ? 1 : 0);
  return {
    ...customer,
    delivered: customer.delivered - was(true) + (after.delivered ? 1 : 0),
    failed: customer.failed - was(false) + (after.delivered ? 0 : 1),
  };
};
