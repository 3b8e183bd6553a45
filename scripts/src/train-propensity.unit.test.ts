import { readFileSync } from 'node:fs';
import { PROPENSITY_MODEL_V1 } from '@marketing-streams/domain/propensity/model-v1';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, calibrationBins, evaluate } from './train-propensity-evaluation.ts';
import { modelLogOdds, observe, SETTINGS, train } from './train-propensity-model.ts';
import { fitLogisticRegression, logOddsOf, solveSymmetric } from './train-propensity-regression.ts';
import { modelCard, modelSource } from './train-propensity-report.ts';

const kept = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the committed model', () => {
  it('is what the training gives today, byte for byte, and so is its card', () => {
    const training = train(SETTINGS);
    expect(modelSource(training.model)).toBe(kept('packages/domain/src/propensity/model-v1.ts'));
    expect(modelCard(training)).toBe(kept('docs/model-card-propensity.md'));
  });

  it('ranks and is calibrated on customers of another seed', () => {
    const scored = observe(SETTINGS.seed + 1, 20_000).map(({ features, outcome }) => ({
      logOdds: modelLogOdds(PROPENSITY_MODEL_V1, features),
      outcome,
    }));
    const { auc, brier, base_rate, calibration_slope, calibration_intercept } = evaluate(scored);
    expect(auc).toBeGreaterThan(0.78);
    expect(brier).toBeLessThan(0.85 * base_rate * (1 - base_rate));
    expect(Math.abs(calibration_slope - 1)).toBeLessThan(0.08);
    expect(Math.abs(calibration_intercept)).toBeLessThan(0.1);
    for (const { mean_score, observed_rate } of calibrationBins(scored)) {
      expect(Math.abs(mean_score - observed_rate)).toBeLessThan(0.04);
    }
  });
});

describe('the regression', () => {
  it('finds the closed form for one yes/no feature: the log-odds of each group', () => {
    const group = (feature: number, yes: number, no: number) =>
      Array.from({ length: yes + no }, (_, index) => ({ features: [feature], outcome: index < yes }));
    const fit = fitLogisticRegression([...group(0, 20, 80), ...group(1, 60, 40)], 0);
    expect(logOddsOf(fit, [0])).toBeCloseTo(Math.log(20 / 80), 8);
    expect(logOddsOf(fit, [1])).toBeCloseTo(Math.log(60 / 40), 8);
  });

  it('draws weights towards 0 as the penalty grows', () => {
    const rows = observe(5, 2_000);
    const size = (l2: number) =>
      fitLogisticRegression(rows, l2).weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
    expect(size(1_000)).toBeLessThan(size(1));
  });

  it('refuses features that say the same twice', () => {
    const twice = [
      [1, 1],
      [1, 1],
    ];
    expect(() => solveSymmetric(twice, [1, 1])).toThrow(RangeError);
  });

  it('solves a system whose answer is known', () => {
    const matrix = [
      [4, 2],
      [2, 3],
    ];
    const [x, y] = solveSymmetric(matrix, [10, 9]);
    expect(x).toBeCloseTo(1.5, 12);
    expect(y).toBeCloseTo(2, 12);
  });
});

describe('the area under the curve', () => {
  const scored = (...pairs: [number, boolean][]) => pairs.map(([logOdds, outcome]) => ({ logOdds, outcome }));

  it('is the share of pairs in the right order, ties half', () => {
    expect(areaUnderCurve(scored([1, false], [2, false], [3, true], [4, true]))).toBe(1);
    expect(areaUnderCurve(scored([1, true], [2, false]))).toBe(0);
    expect(areaUnderCurve(scored([1, true], [1, false], [1, true]))).toBe(0.5);
    expect(areaUnderCurve(scored([1, false], [2, true], [3, false], [4, true]))).toBe(0.75);
  });
});
