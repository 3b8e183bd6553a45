// Generated from schemas/ by `npm run generate`; change the schema, not this file.
import type { EpochMilliseconds } from '../time.ts';
import type { PropensityFactor } from './propensity-factor.ts';

/** A propensity score as part of the published record. */
export type CustomerPropensity = {
  /** Probability of another order within 30 days, from 0 to 1. */
  readonly score: number;
  /** Version of the model that scored. */
  readonly model_version: string;
  /** What the score is made of. */
  readonly factors: readonly PropensityFactor[];
  /** Time the score holds for. */
  readonly scored_at: EpochMilliseconds;
};
