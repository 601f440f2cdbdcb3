import { OperatorError } from '../core/errors.js';

/** A linear classifier in closed form: one least-squares fit a class against the rest. */
export interface Ridge {
  /** Mean and spread of each feature over the training samples. */
  readonly mean: Float64Array;
  readonly spread: Float64Array;
  /** Features x classes. */
  readonly weights: Float64Array;
  /** By class. */
  readonly bias: Float64Array;
  /** The penalty, in units of the mean variance summed over features, that left-out samples were guessed best with. */
  readonly penalty: number;
}

const PENALTIES = [1e-3, 1e-2, 1e-1, 1, 10];

/** Lower triangle L of a symmetric, positive matrix L L'; `matrix` is overwritten. */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (matrix[i * n + k] ?? 0) * (matrix[j * n + k] ?? 0);
      if (i === j && !(sum > 0))
        throw new OperatorError('not-positive', 'The ridge head has no solution: features that are no numbers.');
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / (matrix[j * n + j] ?? 1);
    }
  }
  return matrix;
}

/** Solves L z = b in place. */
function forwards(lower: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (lower[i * n + i] ?? 1);
  }
}

/** Solves L' z = b in place. */
function backwards(lower: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] ?? 0;
    for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (lower[i * n + i] ?? 1);
  }
}

const standardised = (features: Float64Array, mean: Float64Array, spread: Float64Array): Float64Array =>
  features.map((value, i) => (value - (mean[i % mean.length] ?? 0)) / (spread[i % mean.length] ?? 1));

function spreadOf(features: Float64Array, width: number): { mean: Float64Array; spread: Float64Array } {
  const count = features.length / width;
  const [mean, spread] = [new Float64Array(width), new Float64Array(width)];
  features.forEach((value, i) => {
    mean[i % width] = (mean[i % width] ?? 0) + value / count;
  });
  features.forEach((value, i) => {
    spread[i % width] = (spread[i % width] ?? 0) + (value - (mean[i % width] ?? 0)) ** 2 / count;
  });
  return { mean, spread: spread.map((variance) => Math.sqrt(variance) || 1) };
}

/** Products of features with each other, summed over samples: width x width. */
function gramOf(x: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let at = 0; at < x.length; at += width) {
    for (let i = 0; i < width; i++) {
      const value = x[at + i] ?? 0;
      for (let j = 0; j <= i; j++) gram[i * width + j] = (gram[i * width + j] ?? 0) + value * (x[at + j] ?? 0);
    }
  }
  return gram;
}

/** Weights of one class: (X' X + penalty) w = X' target, for the factor of the left side. */
function solve(lower: Float64Array, x: Float64Array, target: Float64Array, width: number): Float64Array {
  const weights = new Float64Array(width);
  target.forEach((value, row) => {
    for (let k = 0; k < width; k++) weights[k] = (weights[k] ?? 0) + value * (x[row * width + k] ?? 0);
  });
  forwards(lower, weights);
  backwards(lower, weights);
  return weights;
}

/** Squared errors of samples that are left out one by one: each residual over 1 - h, its leverage h = |L^-1 x|^2. */
function leftOutError(
  x: Float64Array,
  targets: readonly Float64Array[],
  solutions: readonly Float64Array[],
  lower: Float64Array,
): number {
  const width = solutions[0]?.length ?? 1;
  let sum = 0;
  for (let row = 0; row * width < x.length; row++) {
    const sample = x.slice(row * width, (row + 1) * width);
    const residuals = solutions.map((weights, c) =>
      weights.reduce((rest, weight, k) => rest - weight * (sample[k] ?? 0), targets[c]?.[row] ?? 0),
    );
    forwards(lower, sample);
    const free = 1 - sample.reduce((leverage, value) => leverage + value * value, 0);
    for (const residual of residuals) sum += (residual / free) ** 2;
  }
  return sum;
}

/**
 * Fits the classifier: (X' X + penalty) weights = X' targets, the features standardised and the targets 1 for the class
 * and 0 for the rest, less their mean. The penalty is the one whose left-out samples have the least squared error.
 *
 * @param features samples x width
 * @param y class of each sample
 */
export function fitRidge(features: Float64Array, y: Int32Array, classes: number): Ridge {
  const count = y.length;
  const width = features.length / count;
  const { mean, spread } = spreadOf(features, width);
  const x = standardised(features, mean, spread);
  const gram = gramOf(x, width);
  const bias = new Float64Array(classes);
  for (const label of y) bias[label] = (bias[label] ?? 0) + 1 / count;
  const targets = Array.from(bias, (share, c) => Float64Array.from(y, (label) => Number(label === c) - share));
  let best = { error: Number.POSITIVE_INFINITY, penalty: 0, solutions: [] as Float64Array[] };
  for (const penalty of PENALTIES) {
    const matrix = gram.slice();
    for (let i = 0; i < width; i++) matrix[i * width + i] = (matrix[i * width + i] ?? 0) + penalty * width;
    const lower = cholesky(matrix, width);
    const solutions = targets.map((target) => solve(lower, x, target, width));
    const error = leftOutError(x, targets, solutions, lower);
    if (error < best.error) best = { error, penalty, solutions };
  }
  const weights = new Float64Array(width * classes);
  best.solutions.forEach((solution, c) => {
    solution.forEach((weight, k) => {
      weights[k * classes + c] = weight;
    });
  });
  return { mean, spread, weights, bias, penalty: best.penalty };
}

/** A number for each class of each sample; the largest is the guess. Samples x classes. */
export function ridgeScores({ mean, spread, weights, bias }: Ridge, features: Float64Array): Float64Array {
  const [width, classes] = [mean.length, bias.length];
  const x = standardised(features, mean, spread);
  const scores = new Float64Array((features.length / width) * classes);
  for (let at = 0; at < scores.length; at++) {
    const [row, c] = [Math.floor(at / classes), at % classes];
    let sum = bias[c] ?? 0;
    for (let k = 0; k < width; k++) sum += (x[row * width + k] ?? 0) * (weights[k * classes + c] ?? 0);
    scores[at] = sum;
  }
  return scores;
}
