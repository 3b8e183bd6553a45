import { engagementRate } from '../engagement.ts';
import { LIFECYCLE_RULE_VERSION, type LifecycleStage, stageOf } from '../lifecycle.ts';
import type { Cents } from '../money.ts';
import type { LiveCustomer } from './live-customer.ts';

/** Changes whenever the same records could lead to another consolidated customer. */
export const LIVE_RULE_VERSION = `live-customers-1+${LIFECYCLE_RULE_VERSION}`;

/** A record of `dom.customer.consolidated.v1`; amounts in cents. */
export type ConsolidatedRow = {
  readonly customer_id: string;
  readonly email: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly phone: string | null;
  readonly is_active: boolean;
  readonly lifecycle_stage: LifecycleStage;
  readonly order_count: number;
  readonly lifetime_value: Cents;
  readonly delivered: number;
  readonly failed: number;
  readonly engagement_rate: number;
};

/**
 * As gold has it (`isActive` of the customer 360): as of its own time an order makes a customer active, a later
 * setting by a person stands. Nobody's setting and no order: inactive.
 */
const isActiveLive = ({ is_active, last_order_at }: LiveCustomer): boolean => {
  if (last_order_at !== null && (is_active === null || last_order_at >= is_active.updated_at)) return true;
  return is_active?.value ?? false;
};

/** What is published of a customer. */
export const consolidatedRow = (customer_id: string, customer: LiveCustomer): ConsolidatedRow => {
  const { order_count, lifetime_value, delivered, failed } = customer;
  return {
    customer_id,
    email: customer.email?.value ?? null,
    first_name: customer.first_name?.value ?? null,
    last_name: customer.last_name?.value ?? null,
    phone: customer.phone?.value ?? null,
    is_active: isActiveLive(customer),
    lifecycle_stage: stageOf(customer),
    order_count,
    lifetime_value,
    delivered,
    failed,
    engagement_rate: engagementRate(delivered, failed),
  };
};

/** True when both rows say the same. */
export const isSameRow = (one: ConsolidatedRow, other: ConsolidatedRow): boolean =>
  one.lifetime_value === other.lifetime_value &&
  one.order_count === other.order_count &&
  one.delivered === other.delivered &&
  one.failed === other.failed &&
  one.is_active === other.is_active &&
  one.email === other.email &&
  one.first_name === other.first_name &&
  one.last_name === other.last_name &&
  one.phone === other.phone;
