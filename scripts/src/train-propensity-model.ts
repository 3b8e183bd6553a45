import { PROPENSITY_FEATURES } from '@marketing-streams/domain/propensity/features';
import type { PropensityModel } from '@marketing-streams/domain/propensity/model';
import { type CalibrationBin, calibrationBins, evaluate } from './train-propensity-evaluation.ts';
import { simulateCustomers } from './train-propensity-histories.ts';
import { fitLogisticRegression, logOddsOf, type Observation } from './train-propensity-regression.ts';

/** What decides a training's result, besides the simulated world. */
export type TrainingSettings = {
  readonly model_version: string;
  readonly seed: number;
  readonly training_customers: number;
  readonly held_out_customers: number;
  readonly l2: number;
};

/** A model, and how its scores compare with what happened to customers it had not seen. */
export type Training = {
  readonly model: PropensityModel;
  readonly calibration: readonly CalibrationBin[];
};

/** The settings of the committed model. */
export const SETTINGS: TrainingSettings = {
  model_version: 'propensity-1',
  seed: 20_261_121,
  training_customers: 60_000,
  held_out_customers: 20_000,
  l2: 1,
};

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** The customers of a seed as rows of a regression. */
export const observe = (seed: number, customers: number): readonly Observation[] =>
  simulateCustomers(seed, customers).map(({ features, ordered }) => ({ features, outcome: ordered }));

/** The log-odds a model gives to features; the same sum as `scorePropensity`. */
export const modelLogOdds = (model: PropensityModel, features: readonly number[]): number =>
  logOddsOf(
    {
      intercept: model.intercept,
      weights: model.weights.map(({ weight }) => weight),
      means: model.weights.map(({ mean }) => mean),
    },
    features,
  );

/** Trains on the first customers of the seed and evaluates on the rest, with the rounded weights that are kept. */
export const train = (settings: TrainingSettings): Training => {
  const rows = observe(settings.seed, settings.training_customers + settings.held_out_customers);
  const fit = fitLogisticRegression(rows.slice(0, settings.training_customers), settings.l2);
  const trained = {
    model_version: settings.model_version,
    intercept: rounded(fit.intercept),
    weights: PROPENSITY_FEATURES.map(({ name }, index) => ({
      name,
      weight: rounded(fit.weights[index]!),
      mean: rounded(fit.means[index]!),
    })),
    training: { seed: settings.seed, customers: settings.training_customers, l2: settings.l2 },
  };
  const unevaluated = {
    customers: 0,
    base_rate: 0,
    auc: 0,
    brier: 0,
    calibration_slope: 0,
    calibration_intercept: 0,
  };
  const scored = rows.slice(settings.training_customers).map(({ features, outcome }) => ({
    logOdds: modelLogOdds({ ...trained, held_out: unevaluated }, features),
    outcome,
  }));
  const evaluation = Object.fromEntries(
    Object.entries(evaluate(scored)).map(([figure, value]) => [figure, Math.round(value * 1e4) / 1e4]),
  );
  return {
    model: { ...trained, held_out: { ...unevaluated, ...evaluation } },
    calibration: calibrationBins(scored),
  };
};
