import { LIFECYCLE_STAGES, type LifecycleStage } from '@marketing-streams/domain/lifecycle';
import type { IndexedCustomer } from './indexed-customer.ts';

/** The figures on top of the customers page, over all customers whatever the filter. Money in cents. */
export type CustomerTotals = {
  readonly customers: number;
  readonly active: number;
  readonly lifetime_value: number;
  readonly orders: number;
  readonly delivered: number;
  readonly failed: number;
  readonly by_stage: Readonly<Record<LifecycleStage, number>>;
  /** Customers per segment; a segment without customers is absent. */
  readonly by_segment: Readonly<Record<string, number>>;
};

/** Keeps the totals as customers come, change and go. */
export type TotalsKeeper = {
  readonly add: (customer: IndexedCustomer) => void;
  readonly remove: (customer: IndexedCustomer) => void;
  readonly current: () => CustomerTotals;
};

/** A keeper that starts with no customers. */
export const createTotalsKeeper = (): TotalsKeeper => {
  const sums = { customers: 0, active: 0, lifetime_value: 0, orders: 0, delivered: 0, failed: 0 };
  const byStage = new Map<LifecycleStage, number>(LIFECYCLE_STAGES.map((stage) => [stage, 0]));
  const bySegment = new Map<string, number>();

  const count = (customer: IndexedCustomer, by: 1 | -1): void => {
    sums.customers += by;
    sums.active += customer.is_active ? by : 0;
    sums.lifetime_value += by * customer.lifetime_value;
    sums.orders += by * customer.order_count;
    sums.delivered += by * customer.delivered;
    sums.failed += by * customer.failed;
    byStage.set(customer.lifecycle_stage, (byStage.get(customer.lifecycle_stage) ?? 0) + by);
    for (const segment of customer.segments) {
      const left = (bySegment.get(segment) ?? 0) + by;
      if (left === 0) bySegment.delete(segment);
      else bySegment.set(segment, left);
    }
  };

  return {
    add: (customer) => count(customer, 1),
    remove: (customer) => count(customer, -1),
    current: () => ({
      ...sums,
      by_stage: Object.fromEntries(byStage) as Record<LifecycleStage, number>,
      by_segment: Object.fromEntries([...bySegment].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  };
};
