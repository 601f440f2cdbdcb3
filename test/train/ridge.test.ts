import { expect, it } from 'vitest';
import { fitRidge, ridgeScores } from '../../dist/train/ridge.js';
import { fitScaler, scaled } from '../../dist/train/samples.js';
import { trainVariant } from '../../dist/train/variant.js';
import { madeUp } from './samples.js';

/** Four samples of two features, classes 0 and 1. */
const features = Float64Array.of(1, 2, 2, 1, 3, 5, 4, 3);
const y = Int32Array.of(0, 0, 1, 1);

// numpy, from the definition: x standardised with the population deviation,
//   w = solve(x.T @ x + penalty * width * eye(width), x.T @ (onehot - onehot.mean(0))).
it('solves the normal equations', () => {
  const { mean, spread, weights, bias, penalty } = fitRidge(features, y, 2);
  expect([...mean]).toEqual([2.5, 2.75]);
  const x = features.map((value, i) => (value - (mean[i % 2] ?? 0)) / (spread[i % 2] ?? 1));
  for (let c = 0; c < 2; c++) {
    for (let k = 0; k < 2; k++) {
      let [left, right] = [penalty * 2 * (weights[k * 2 + c] ?? 0), 0];
      for (let i = 0; i < 4; i++) {
        const guess = (x[2 * i] ?? 0) * (weights[c] ?? 0) + (x[2 * i + 1] ?? 0) * (weights[2 + c] ?? 0);
        left += (x[2 * i + k] ?? 0) * guess;
        right += (x[2 * i + k] ?? 0) * (Number(y[i] === c) - (bias[c] ?? 0));
      }
      expect(left).toBeCloseTo(right, 10);
    }
  }
  const scores = ridgeScores({ mean, spread, weights, bias, penalty }, features);
  expect(scores[0]).toBeGreaterThan(scores[1] ?? 0);
  expect(scores[7]).toBeGreaterThan(scores[6] ?? 0);
});

it('needs no library and beats the largest class', async () => {
  const options = {
    model: 'ridge',
    fusion: 'adaptive',
    channels: 2,
    pixels: 8,
    classes: 3,
    batch: 4,
    epochs: 1,
    learningRate: 1,
    seed: 1,
  } as const;
  const { score, trained } = await trainVariant({ train: madeUp(30, { classes: 3, statistics: 2 }) }, 2, options);
  expect(trained.kind).toBe('ridge');
  expect(score.accuracy).toBeGreaterThan(0.9);
});

it('scales statistics by the training part alone', async () => {
  const part = madeUp(6, { statistics: 2 });
  const { mean, spread } = await fitScaler(part, 2);
  const all: number[][] = [[], []];
  for await (const { statistics } of part.batches(0))
    for (const [i, value] of statistics.entries()) all[i % 2]?.push(value);
  const [first = []] = all;
  const average = first.reduce((sum, value) => sum + value, 0) / 6;
  expect(mean[0]).toBeCloseTo(average, 12);
  expect(spread[0]).toBeCloseTo(Math.sqrt(first.reduce((sum, value) => sum + (value - average) ** 2, 0) / 6), 12);
  const again: number[] = [];
  for await (const { statistics } of scaled(part, { mean, spread }).batches(0)) again.push(...statistics);
  expect(again[0]).toBeCloseTo(((first[0] ?? 0) - average) / (spread[0] ?? 1), 5);
});
