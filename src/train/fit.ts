import { OperatorError, Stopped } from '../core/errors.js';
import { Adam } from './adam.js';
import { accuracyOf, type Confusion, confusionOf, largestOf, macroF1Of } from './metrics.js';
import type { NetShape, Weights } from './network.js';
import type { Parts, SamplePart } from './samples.js';
import type { Trainer } from './trainer.js';

/** How well the network does on one part. */
export interface Score {
  /** Mean cross-entropy, natural logarithm. */
  readonly loss: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly confusion: Confusion;
}

/** One pass over the training samples. */
export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  readonly seconds: number;
  /** As the samples were seen, before the step they caused. */
  readonly train: Score;
  /** Of the weights after the epoch; absent without such a part. */
  readonly validation?: Score;
  /** The same of test samples, where there is no validation: shown, but no epoch is chosen by it. */
  readonly test?: Score;
}

/** What training gave. */
export interface Fitted {
  readonly history: readonly Epoch[];
  /** The epoch whose weights are kept: highest macro F1, then lowest loss, of validation, or without one of training. */
  readonly best: Epoch;
  readonly weights: Weights;
}

export interface FitOptions {
  readonly epochs: number;
  readonly learningRate: number;
  readonly signal?: AbortSignal;
  onEpoch?(epoch: Epoch): void;
}

/** Losses and guesses of some batches put together. */
class Tally {
  readonly #classes: number;
  readonly #truth: number[] = [];
  readonly #guess: number[] = [];
  #loss = 0;

  constructor(classes: number) {
    this.#classes = classes;
  }

  add(y: Int32Array, count: number, loss: number, logits: Float32Array): void {
    if (!Number.isFinite(loss)) {
      throw new OperatorError(
        'diverged',
        'Training diverged: the loss is no number any more. Try a smaller --learning-rate, and look for NaN in the data.',
      );
    }
    this.#truth.push(...y.subarray(0, count));
    this.#guess.push(...largestOf(logits, this.#classes));
    this.#loss += loss * count;
  }

  score(): Score {
    const confusion = confusionOf(this.#truth, this.#guess, this.#classes);
    const loss = this.#loss / this.#truth.length;
    return { loss, accuracy: accuracyOf(confusion), macroF1: macroF1Of(confusion), confusion };
  }
}

/** Loss and guesses of a part, nothing learnt. */
export async function judge(trainer: Trainer, weights: Weights, part: SamplePart, classes: number): Promise<Score> {
  const tally = new Tally(classes);
  for await (const samples of part.batches(0)) {
    const { loss, logits } = await trainer.judge(weights, samples);
    tally.add(samples.y, samples.count, loss, logits);
  }
  return tally.score();
}

const copyOf = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));

const isBetter = (one: Score, other: Score): boolean =>
  one.macroF1 > other.macroF1 || (one.macroF1 === other.macroF1 && one.loss < other.loss);

/**
 * Trains with Adam on batches in the order of each epoch, by steps that become smaller, and keeps the best weights.
 *
 * @param weights where to start; changed in place
 * @throws Stopped when the signal says so; OperatorError when the loss is no number any more
 */
export async function fitNetwork(
  trainer: Trainer,
  shape: NetShape,
  weights: Weights,
  { train, validation, test }: Parts,
  { epochs, learningRate, signal, onEpoch }: FitOptions,
): Promise<Fitted> {
  const adam = new Adam(learningRate);
  const history: Epoch[] = [];
  let best: { readonly epoch: Epoch; readonly score: Score; readonly weights: Weights } | undefined;
  for (let number = 1; number <= epochs; number++) {
    const start = performance.now();
    // Steps fall to nothing along half a cosine (Loshchilov and Hutter, 2017), so that the last weights do not depend on the last batches.
    const share = (1 + Math.cos((Math.PI * (number - 1)) / epochs)) / 2;
    const tally = new Tally(shape.classes);
    for await (const samples of train.batches(number - 1)) {
      if (signal?.aborted) throw new Stopped();
      const { loss, logits, gradients } = await trainer.learn(weights, samples);
      tally.add(samples.y, samples.count, loss, logits);
      adam.step(weights, gradients, share);
    }
    const learnt = tally.score();
    const held = validation ?? test;
    const score = held ? await judge(trainer, weights, held, shape.classes) : undefined;
    const seconds = (performance.now() - start) / 1000;
    const epoch: Epoch = {
      ...{ epoch: number, seconds, train: learnt },
      ...(score ? { [validation ? 'validation' : 'test']: score } : {}),
    };
    history.push(epoch);
    onEpoch?.(epoch);
    const deciding = epoch.validation ?? learnt;
    if (!best || isBetter(deciding, best.score)) best = { epoch, score: deciding, weights: copyOf(weights) };
  }
  if (!best) throw new RangeError('training takes at least one epoch');
  return { history, best: best.epoch, weights: best.weights };
}
