/** How well a model did on customers it had not seen. */
export type PropensityEvaluation = {
  readonly customers: number;
  /** Share of them that ordered within 30 days. */
  readonly base_rate: number;
  /** Probability that a customer who ordered scores above one who did not. */
  readonly auc: number;
  /** Mean squared distance of score and outcome; smaller is better. */
  readonly brier: number;
  /** Logistic regression of the outcome on the score's log-odds: 1 and 0 are perfect. */
  readonly calibration_slope: number;
  readonly calibration_intercept: number;
};

/** A logistic regression: what `scripts/src/train-propensity.ts` writes. */
export type PropensityModel = {
  readonly model_version: string;
  /** Log-odds of the average customer. */
  readonly intercept: number;
  /** In the order of `PROPENSITY_FEATURES`; `mean` is the average customer's value on the model's scale. */
  readonly weights: readonly { readonly name: string; readonly weight: number; readonly mean: number }[];
  readonly training: { readonly seed: number; readonly customers: number; readonly l2: number };
  readonly held_out: PropensityEvaluation;
};
