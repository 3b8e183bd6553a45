import { createCompactCodec } from '@marketing-streams/contracts/compact-codec';
import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import type { PropensityScore } from '@marketing-streams/contracts/generated/propensity-score';
import type { PropensityFeatures } from '@marketing-streams/domain/propensity/features';
import { scorePropensity } from '@marketing-streams/domain/propensity/score';

/**
 * What the scorer keeps of a customer: the features, and the score last published with its time. The factors of a
 * score follow from features and time.
 */
export type ScoredCustomer = PropensityFeatures & {
  readonly score: number;
  /** Epoch milliseconds. */
  readonly scored_at: number;
};

/** How it is written in the task's state. */
export const scoredCustomerCodec = createCompactCodec<ScoredCustomer>({
  type: 'record',
  name: 'ScoredCustomer',
  fields: [
    { name: 'order_count', type: 'int' },
    { name: 'lifetime_value', type: 'long' },
    { name: 'delivered', type: 'int' },
    { name: 'failed', type: 'int' },
    { name: 'last_order_at', type: ['null', 'long'] },
    { name: 'created_at', type: 'long' },
    { name: 'score', type: 'double' },
    { name: 'scored_at', type: 'long' },
  ],
});

/** The score of features as of `now` (epoch milliseconds), with its factors. */
export const scoreAt = (customerId: string, features: PropensityFeatures, now: number): PropensityScore => {
  const { score, model_version, factors } = scorePropensity(features, now);
  return { customer_id: customerId, score, model_version, factors, scored_at: now };
};

/** What is to be kept of a customer 360 and the score that holds for it. */
export const scoredCustomer = (
  features: GoldCustomer360 | PropensityFeatures,
  { score, scored_at }: Pick<PropensityScore, 'score' | 'scored_at'>,
): ScoredCustomer => ({
  order_count: features.order_count,
  lifetime_value: features.lifetime_value,
  delivered: features.delivered,
  failed: features.failed,
  last_order_at: features.last_order_at,
  created_at: features.created_at,
  score,
  scored_at,
});

/** True when two scores say the same; when they were computed does not matter. */
export const sameScore = (a: PropensityScore, b: PropensityScore): boolean =>
  a.score === b.score && a.model_version === b.model_version;
