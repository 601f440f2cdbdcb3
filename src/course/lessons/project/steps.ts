import { CLASSES, EXTENT } from './pictures.js';

/** Pixels along each edge of what the model sees. */
const SEEN = 16;
const CELL = EXTENT / SEEN;

/** A linear model: one row of weights for each class, and what is added. */
export interface Model {
  readonly weights: readonly (readonly number[])[];
  readonly offsets: readonly number[];
}

/** What a picture shows, and how sure the model is. */
export interface Answer {
  readonly name: string;
  readonly probability: number;
}

/** From any picture to what the model was trained on: grey, 16 x 16 means, then mean 0 and spread 1. Fit nothing to the test data. */
export function preprocess(pixels: Uint8Array): Float32Array {
  const input = new Float32Array(SEEN * SEEN);
  for (let y = 0; y < EXTENT; y++) {
    for (let x = 0; x < EXTENT; x++) {
      const at = 3 * (y * EXTENT + x);
      const cell = Math.floor(y / CELL) * SEEN + Math.floor(x / CELL);
      const grey = (pixels[at] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at + 2] ?? 0);
      input[cell] = (input[cell] ?? 0) + grey / (3 * CELL * CELL);
    }
  }
  const mean = input.reduce((sum, value) => sum + value, 0) / input.length;
  const spread = Math.sqrt(input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / input.length) || 1;
  return input.map((value) => (value - mean) / spread);
}

/** The model itself: a number for each class, the larger the likelier. */
export function predict({ weights, offsets }: Model, input: Float32Array): number[] {
  return weights.map((row, c) => row.reduce((sum, weight, i) => sum + weight * (input[i] ?? 0), offsets[c] ?? 0));
}

/** Numbers to probabilities (soft-max), and the likeliest class. The largest is taken off first: exp(1000) is infinite. */
export function postprocess(scores: readonly number[]): Answer {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const best = scores.indexOf(largest);
  return { name: CLASSES[best] ?? '', probability: (powers[best] ?? 0) / total };
}

/** Trains the model: the mean input of each class. The nearest mean is the largest w x - w w / 2. */
export function train(inputs: readonly Float32Array[], shows: readonly number[]): Model {
  const weights = CLASSES.map((_, c) => {
    const own = inputs.filter((_, i) => shows[i] === c);
    return Array.from({ length: SEEN * SEEN }, (_, at) => own.reduce((sum, x) => sum + (x[at] ?? 0), 0) / own.length);
  });
  return { weights, offsets: weights.map((row) => -row.reduce((sum, weight) => sum + weight * weight, 0) / 2) };
}
