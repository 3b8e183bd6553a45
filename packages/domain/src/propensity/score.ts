import { PROPENSITY_FEATURES, type PropensityFeatures } from './features.ts';
import type { PropensityModel } from './model.ts';
import { PROPENSITY_MODEL_V1 } from './model-v1.ts';

/** One input and what it did to the score. */
export type PropensityFactor = {
  readonly name: string;
  /** As people know it: a count, currency units, a share, days. */
  readonly value: number;
  /** What it adds to the log-odds, compared with the average customer. */
  readonly contribution: number;
};

/** The probability that a customer orders again within 30 days, and why. */
export type Propensity = {
  /** 0…1, four decimals. */
  readonly score: number;
  readonly model_version: string;
  /** Strongest first. */
  readonly factors: readonly PropensityFactor[];
};

/** Version of the model that scores now. */
export const PROPENSITY_MODEL_VERSION = PROPENSITY_MODEL_V1.model_version;

const rounded = (value: number, decimals: number): number => {
  const factor = 10 ** decimals;
  const result = Math.round(value * factor) / factor;
  return result === 0 ? 0 : result;
};

/** The inverse of the log-odds, 0…1. */
export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/**
 * Scores a customer as of `now` (epoch milliseconds). The score falls as time passes without an order, so it
 * holds for the time it was computed for.
 */
export const scorePropensity = (
  input: PropensityFeatures,
  now: number,
  model: PropensityModel = PROPENSITY_MODEL_V1,
): Propensity => {
  let logOdds = model.intercept;
  const factors = PROPENSITY_FEATURES.map(({ name, value, transform }, index): PropensityFactor => {
    const { weight, mean } = model.weights[index]!;
    const contribution = weight * (transform(input, now) - mean);
    logOdds += contribution;
    return { name, value: rounded(value(input, now), 2), contribution: rounded(contribution, 4) };
  });
  factors.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { score: rounded(logistic(logOdds), 4), model_version: model.model_version, factors };
};
