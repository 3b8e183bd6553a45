import type { PropensityEvaluation } from '@marketing-streams/domain/propensity/model';
import { logistic } from '@marketing-streams/domain/propensity/score';
import { fitLogisticRegression } from './train-propensity-regression.ts';

/** A prediction and what then happened. */
export type Scored = { readonly logOdds: number; readonly outcome: boolean };

/** One tenth of the customers, by score. */
export type CalibrationBin = {
  readonly customers: number;
  readonly mean_score: number;
  readonly observed_rate: number;
};

/** Probability that a random positive scores above a random negative, ties half (Mann and Whitney). */
export const areaUnderCurve = (scored: readonly Scored[]): number => {
  const sorted = scored.toSorted((a, b) => a.logOdds - b.logOdds);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]!.logOdds === sorted[start]!.logOdds) end += 1;
    const tied = sorted.slice(start, end).filter(({ outcome }) => outcome).length;
    positives += tied;
    rankSum += tied * ((start + 1 + end) / 2);
    start = end;
  }
  const negatives = sorted.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Ten bins of equal size, from the lowest scores to the highest. */
export const calibrationBins = (scored: readonly Scored[], bins = 10): readonly CalibrationBin[] => {
  const sorted = scored.toSorted((a, b) => a.logOdds - b.logOdds);
  return Array.from({ length: bins }, (_, bin) => {
    const members = sorted.slice(
      Math.floor((bin * sorted.length) / bins),
      Math.floor(((bin + 1) * sorted.length) / bins),
    );
    return {
      customers: members.length,
      mean_score: mean(members.map(({ logOdds }) => logistic(logOdds))),
      observed_rate: mean(members.map(({ outcome }) => (outcome ? 1 : 0))),
    };
  });
};

/** All figures of the model card. */
export const evaluate = (scored: readonly Scored[]): PropensityEvaluation => {
  const recalibration = fitLogisticRegression(
    scored.map(({ logOdds, outcome }) => ({ features: [logOdds], outcome })),
    0,
  );
  const slope = recalibration.weights[0]!;
  return {
    customers: scored.length,
    base_rate: mean(scored.map(({ outcome }) => (outcome ? 1 : 0))),
    auc: areaUnderCurve(scored),
    brier: mean(scored.map(({ logOdds, outcome }) => (logistic(logOdds) - (outcome ? 1 : 0)) ** 2)),
    calibration_slope: slope,
    calibration_intercept: recalibration.intercept - slope * recalibration.means[0]!,
  };
};
