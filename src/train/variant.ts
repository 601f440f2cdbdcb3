import { type Augment, augmented } from './augment.js';
import { type Epoch, fitNetwork, judge, type Score } from './fit.js';
import { loadJax } from './library.js';
import { accuracyOf, confusionOf, largestOf, macroF1Of } from './metrics.js';
import {
  checkShape,
  countWeights,
  type Fusion,
  initialWeights,
  type NetShape,
  type NetSize,
  type Pooling,
  type Weights,
} from './network.js';
import { pooledFeatures } from './pooled.js';
import { fitRidge, type Ridge, ridgeScores } from './ridge.js';
import { fitScaler, mapParts, type Parts, type SamplePart, type Scaler, scaled } from './samples.js';
import { Trainer } from './trainer.js';

/** What is trained: the network in one of its sizes, or a ridge head on pooled images, in closed form. */
export type ModelName = NetSize | 'ridge';

/** What is the same for the network with and without its statistics branch. */
export interface VariantOptions {
  readonly model: ModelName;
  readonly fusion: Fusion;
  /** `places` when absent. */
  readonly pooling?: Pooling;
  readonly channels: number;
  readonly pixels: number;
  readonly classes: number;
  readonly batch: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Of training samples; `none` when absent. The ridge head sees them as they are. */
  readonly augment?: Augment;
  readonly seed: number;
  readonly signal?: AbortSignal;
  onEpoch?(epoch: Epoch, statistics: number): void;
}

/** A trained model and how well it does. */
export interface Variant {
  /** Numbers of a sample beside its images; 0: none. */
  readonly statistics: number;
  /** Of all training; empty for the ridge head. */
  readonly history: readonly Epoch[];
  /** The epoch that was kept. */
  readonly best?: Epoch;
  /** Trained numbers. */
  readonly parameters: number;
  readonly scaler: Scaler;
  readonly trained:
    | { readonly kind: 'network'; readonly shape: NetShape; readonly weights: Weights }
    | { readonly kind: 'ridge'; readonly ridge: Ridge };
  /** Of the samples that took no part in training: test, else validation, else those of training. */
  readonly score: Score;
  readonly judgedOn: 'test' | 'validation' | 'train';
  /** Seconds of everything. */
  readonly seconds: number;
}

/** Images alone: the statistics are left out of every batch. */
const without = (part: SamplePart): SamplePart => ({
  count: part.count,
  y: part.y,
  async *batches(epoch) {
    for await (const samples of part.batches(epoch)) yield { ...samples, statistics: new Float32Array(0) };
  },
});

const judgedPart = ({ train, validation, test }: Parts): readonly [Variant['judgedOn'], SamplePart] =>
  test ? ['test', test] : validation ? ['validation', validation] : ['train', train];

async function ridgeVariant(parts: Parts, statistics: number, options: VariantOptions): Promise<Variant> {
  const start = performance.now();
  const { channels, pixels, classes } = options;
  const scaler = await fitScaler(parts.train, statistics);
  const { features, y } = await pooledFeatures(scaled(parts.train, scaler), channels, pixels);
  const ridge = fitRidge(features, y, classes);
  const [judgedOn, part] = judgedPart(parts);
  const held = await pooledFeatures(scaled(part, scaler), channels, pixels);
  const confusion = confusionOf(held.y, largestOf(ridgeScores(ridge, held.features), classes), classes);
  return {
    statistics,
    history: [],
    parameters: ridge.weights.length + classes,
    scaler,
    trained: { kind: 'ridge', ridge },
    // Least squares has no cross-entropy.
    score: { loss: Number.NaN, accuracy: accuracyOf(confusion), macroF1: macroF1Of(confusion), confusion },
    judgedOn,
    seconds: (performance.now() - start) / 1000,
  };
}

async function netVariant(parts: Parts, shape: NetShape, options: VariantOptions): Promise<Variant> {
  const start = performance.now();
  const { epochs, learningRate, augment = 'none', seed, signal, onEpoch } = options;
  const scaler = await fitScaler(parts.train, shape.statistics);
  const trainer = new Trainer(await loadJax(), shape, Math.min(options.batch, parts.train.count));
  const weights = initialWeights(shape, seed);
  const used = mapParts(parts, (part) => scaled(part, scaler));
  const train = augmented(used.train, augment, shape.pixels, seed);
  const fitted = await fitNetwork(
    trainer,
    shape,
    weights,
    { ...used, train },
    {
      ...{ epochs, learningRate },
      ...(signal ? { signal } : {}),
      ...(onEpoch ? { onEpoch: (epoch: Epoch) => onEpoch(epoch, shape.statistics) } : {}),
    },
  );
  const [judgedOn, part] = judgedPart(parts);
  return {
    statistics: shape.statistics,
    history: fitted.history,
    best: fitted.best,
    parameters: countWeights(fitted.weights),
    scaler,
    trained: { kind: 'network', shape, weights: fitted.weights },
    score: await judge(trainer, fitted.weights, scaled(part, scaler), shape.classes),
    judgedOn,
    seconds: (performance.now() - start) / 1000,
  };
}

/**
 * Trains one model: fits the scaler and the weights to the training part alone, keeps the best epoch, and judges it on
 * samples it has not seen.
 *
 * @param statistics numbers of a sample beside its images; 0 trains on images alone
 * @throws UsageError for images the network cannot take; LayoutError without the library that computes gradients; Stopped
 */
export function trainVariant(parts: Parts, statistics: number, options: VariantOptions): Promise<Variant> {
  const { model, fusion, pooling = 'places', channels, pixels, classes } = options;
  const used = statistics > 0 ? parts : mapParts(parts, without);
  const shape = {
    size: model === 'ridge' ? 'small' : model,
    fusion,
    pooling,
    channels,
    pixels,
    classes,
    statistics,
  } as const;
  checkShape(shape);
  return model === 'ridge' ? ridgeVariant(used, statistics, options) : netVariant(used, shape, options);
}
