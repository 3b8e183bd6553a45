import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import type { PropensityFeatures } from '@marketing-streams/domain/propensity/features';
import { scorePropensity } from '@marketing-streams/domain/propensity/score';

/** What the scorer keeps of a customer: the features, and the score last given. */
export type ScoredCustomer = { readonly features: PropensityFeatures; readonly score: PropensityScore };

const featuresOf = (row: GoldCustomer360): PropensityFeatures => ({
  order_count: row.order_count,
  lifetime_value: row.lifetime_value,
  delivered: row.delivered,
  failed: row.failed,
  last_order_at: row.last_order_at,
  created_at: row.created_at,
});

const scoreAt = (customerId: string, features: PropensityFeatures, now: number): PropensityScore => {
  const { score, model_version, factors } = scorePropensity(features, now);
  return { customer_id: customerId, score, model_version, factors, scored_at: now };
};

/** The customer scored from its 360 as of `now` (epoch milliseconds). */
export const scoreCustomer = (row: GoldCustomer360, now: number): ScoredCustomer => {
  const features = featuresOf(row);
  return { features, score: scoreAt(row.customer_id, features, now) };
};

/** The same customer scored again later: only recency has changed. */
export const rescoreCustomer = (customer: ScoredCustomer, now: number): ScoredCustomer => ({
  features: customer.features,
  score: scoreAt(customer.score.customer_id, customer.features, now),
});

/** True when two scores say the same; when they were computed does not matter. */
export const sameScore = (a: PropensityScore, b: PropensityScore): boolean =>
  a.score === b.score && a.model_version === b.model_version;
