import { engagementRate } from '@marketing-streams/domain/engagement';
import { numberFromCents } from '@marketing-streams/domain/money';
import type { CustomerTotals } from '../view/customer-totals.ts';

/** The totals as the REST API gives them: money in currency units, the engagement rate over all messages. */
export const totalsJson = (totals: CustomerTotals) => ({
  customers: totals.customers,
  active: totals.active,
  lifetime_value: numberFromCents(totals.lifetime_value),
  orders: totals.orders,
  delivered: totals.delivered,
  failed: totals.failed,
  engagement_rate: engagementRate(totals.delivered, totals.failed),
  by_stage: totals.by_stage,
  by_segment: totals.by_segment,
});
