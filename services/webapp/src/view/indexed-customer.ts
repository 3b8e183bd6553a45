import type { CustomerGold } from '@marketing-streams/contracts/generated/customer-gold';
import type { LifecycleStage } from '@marketing-streams/domain/lifecycle';

/** What the list needs of a customer, kept in memory: filters, sort values and the figures of the totals. */
export type IndexedCustomer = {
  readonly customer_id: string;
  /** All that search looks at, in lower case. */
  readonly search_text: string;
  /** Name to sort by, in lower case; without a name after all names. */
  readonly name_key: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly segments: readonly string[];
  /** Since when in each of them, in the same order, epoch milliseconds; 0 where it is not known. */
  readonly segments_since: readonly number[];
  readonly is_active: boolean;
  readonly order_count: number;
  readonly lifetime_value: number;
  readonly delivered: number;
  readonly failed: number;
  readonly engagement_rate: number;
  /** Score, or -1 without one. */
  readonly propensity: number;
  /** Epoch milliseconds, or 0 without an order. */
  readonly last_order_at: number;
  readonly created_at: number;
  readonly as_of: number;
  readonly version: number;
  /** Grows with every change of any customer: what a stream of changes resumes from. */
  readonly sequence: number;
};

const NAMELESS = '\u{10ffff}';

/** Shared by all who are in no segment. */
const NEVER: readonly number[] = [];

const sinceOf = ({ segments, segment_since }: CustomerGold): readonly number[] =>
  segments.length === 0 ? NEVER : segments.map((segment) => segment_since?.[segment] ?? 0);

/** The index entry of a customer; `sequence` is the place of this change in the stream of changes. */
export const indexedCustomer = (customer: CustomerGold, sequence: number): IndexedCustomer => {
  const name = [customer.first_name, customer.last_name].filter(Boolean).join(' ').toLowerCase();
  const digits = customer.phone?.replace(/\D/g, '') ?? '';
  return {
    customer_id: customer.customer_id,
    search_text: [name, customer.email ?? '', customer.customer_id, customer.phone ?? '', digits]
      .join('\n')
      .toLowerCase(),
    name_key: name === '' ? NAMELESS : name,
    lifecycle_stage: customer.lifecycle_stage,
    segments: customer.segments,
    segments_since: sinceOf(customer),
    is_active: customer.is_active,
    order_count: customer.order_count,
    lifetime_value: customer.lifetime_value,
    delivered: customer.delivered,
    failed: customer.failed,
    engagement_rate: customer.engagement_rate,
    propensity: customer.propensity?.score ?? -1,
    last_order_at: customer.last_order_at ?? 0,
    created_at: customer.created_at,
    as_of: customer.as_of,
    version: customer.version,
    sequence,
  };
};
