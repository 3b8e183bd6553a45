/** A fitted logistic regression: log-odds = intercept + Σ weight × (feature − mean). */
export type Fit = {
  readonly intercept: number;
  readonly weights: readonly number[];
  readonly means: readonly number[];
};

/** One row: its features and whether it happened. */
export type Observation = { readonly features: readonly number[]; readonly outcome: boolean };

const MOST_STEPS = 50;
const SMALL_STEP = 1e-10;

/**
 * Solves a symmetric positive definite system by Cholesky decomposition. Throws a RangeError when it is
 * singular: features that say the same twice.
 */
export const solveSymmetric = (
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): number[] => {
  const size = right.length;
  const lower = matrix.map(() => new Array<number>(size).fill(0));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row]![column]!;
      for (let k = 0; k < column; k += 1) sum -= lower[row]![k]! * lower[column]![k]!;
      if (row !== column) lower[row]![column] = sum / lower[column]![column]!;
      else if (sum > 0) lower[row]![row] = Math.sqrt(sum);
      else throw new RangeError('the features depend on each other: no unique fit');
    }
  }
  const forward: number[] = [];
  for (let row = 0; row < size; row += 1) {
    let sum = right[row]!;
    for (let k = 0; k < row; k += 1) sum -= lower[row]![k]! * forward[k]!;
    forward.push(sum / lower[row]![row]!);
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = forward[row]!;
    for (let k = row + 1; k < size; k += 1) sum -= lower[k]![row]! * solution[k]!;
    solution[row] = sum / lower[row]![row]!;
  }
  return solution;
};

const columnsOf = (rows: readonly Observation[]): { readonly means: number[]; readonly scales: number[] } => {
  const columns = (rows[0]?.features ?? []).map((_, index) => rows.map(({ features }) => features[index]!));
  const means = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / rows.length);
  const scales = columns.map((values, index) => {
    const squares = values.reduce((sum, value) => sum + (value - means[index]!) ** 2, 0);
    // A column that never changes says nothing; any scale will do.
    return Math.sqrt(squares / rows.length) || 1;
  });
  return { means, scales };
};

/**
 * Fits a logistic regression by Newton's method (iteratively reweighted least squares) on standardised
 * features, with an L2 penalty on the weights and none on the intercept. The result is on the features' own
 * scale, around their means.
 */
export const fitLogisticRegression = (rows: readonly Observation[], l2: number): Fit => {
  const { means, scales } = columnsOf(rows);
  const size = means.length + 1;
  const standardised = rows.map(({ features }) => [
    1,
    ...features.map((value, index) => (value - means[index]!) / scales[index]!),
  ]);
  let weights = new Array<number>(size).fill(0);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const gradient = weights.map((weight, index) => (index === 0 ? 0 : -l2 * weight));
    const curvature = weights.map((_, row) =>
      weights.map((__, column) => (row === column && row > 0 ? l2 : 0)),
    );
    standardised.forEach((values, row) => {
      let logOdds = 0;
      for (let k = 0; k < size; k += 1) logOdds += weights[k]! * values[k]!;
      const probability = 1 / (1 + Math.exp(-logOdds));
      const error = (rows[row]!.outcome ? 1 : 0) - probability;
      const spread = probability * (1 - probability);
      for (let i = 0; i < size; i += 1) {
        gradient[i]! += error * values[i]!;
        for (let j = 0; j <= i; j += 1) curvature[i]![j]! += spread * values[i]! * values[j]!;
      }
    });
    const change = solveSymmetric(curvature, gradient);
    weights = weights.map((weight, index) => weight + change[index]!);
    if (change.every((delta) => Math.abs(delta) < SMALL_STEP)) break;
  }
  return {
    intercept: weights[0]!,
    weights: scales.map((scale, index) => weights[index + 1]! / scale),
    means,
  };
};

/** The log-odds a fit gives to a row. */
export const logOddsOf = (fit: Fit, features: readonly number[]): number =>
  features.reduce(
    (sum, value, index) => sum + fit.weights[index]! * (value - fit.means[index]!),
    fit.intercept,
  );
