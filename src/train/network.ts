import { UsageError } from '../core/errors.js';
import { seededNormal } from './random.js';

/** `small` trains in minutes; `source` has the widths of the network that GAF fault detection was published with. */
export type NetSize = 'small' | 'source';

/** How the features of the summation and difference images of a sensor become one: a learned gate, side by side, added. */
export type Fusion = 'adaptive' | 'concat' | 'add';

/**
 * What an image ends as. `places`: means of its channels in 2 x 2 cells, in their order: it matters when something happens.
 * `whole`: mean and maximum of each channel over all of it, wherever that is.
 */
export type Pooling = 'places' | 'whole';

/** What decides every shape in the network. */
export interface NetShape {
  readonly size: NetSize;
  readonly fusion: Fusion;
  /** Of the small network; the one of the source pools the whole. */
  readonly pooling: Pooling;
  /** Sensors: images of each kind per sample. */
  readonly channels: number;
  /** Height and width of an image. */
  readonly pixels: number;
  readonly classes: number;
  /** Numbers of a sample beside its images; 0: no statistics branch. */
  readonly statistics: number;
}

/** One array of weights. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All weights of a network by name: convolutions (out, in, rows, columns), dense layers (out, in), biases (out). */
export type Weights = Readonly<Record<string, Weight>>;

/** A convolution over the images of a branch. */
export interface ConvLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

const conv = (
  name: string,
  [inputs, outputs]: readonly [number, number],
  kernel: number,
  { stride = 1, padding = 0, dilation = 1 },
): ConvLayer => ({ name, inputs, outputs, kernel, stride, padding, dilation });

interface Widths {
  readonly convs: readonly ConvLayer[];
  /** Channels are normalised over each image after every convolution. */
  readonly normalised: boolean;
  /** Features of an image. */
  readonly features: number;
  readonly statistics: number;
  /** Hidden layers of the classifier. */
  readonly hidden: readonly number[];
}

export const WIDTHS: Readonly<Record<NetSize, Widths>> = {
  small: {
    convs: [conv('conv1', [1, 8], 4, { stride: 2, padding: 1 }), conv('conv2', [8, 16], 2, { stride: 2 })],
    normalised: false,
    features: 32,
    statistics: 32,
    hidden: [64],
  },
  source: {
    convs: [
      conv('conv1', [1, 32], 7, { stride: 2, padding: 3 }),
      conv('conv2', [32, 64], 3, { padding: 2, dilation: 2 }),
      conv('conv3', [64, 128], 3, { padding: 4, dilation: 4 }),
    ],
    normalised: true,
    features: 128,
    statistics: 128,
    hidden: [2048, 512, 128],
  },
};

/** Names of the two kinds of image, as the weights and the inputs of the network have them. */
export const BRANCHES = ['sum', 'diff'] as const;

/** True for an image that ends as the mean and maximum of its channels, wherever in it they are. */
export const poolsWhole = ({ size, pooling }: NetShape): boolean => size === 'source' || pooling === 'whole';

/** Numbers that a pooled image has. */
function pooledLength(shape: NetShape): number {
  const outputs = WIDTHS[shape.size].convs.at(-1)?.outputs ?? 0;
  return outputs * (poolsWhole(shape) ? 2 : (shape.pixels / 8) ** 2);
}

/** Dense layers behind the images, by name: inputs and outputs of each, in the order they are applied. */
export function denseLayers(shape: NetShape): readonly (readonly [name: string, inputs: number, outputs: number])[] {
  const { features, statistics, hidden } = WIDTHS[shape.size];
  const fused = shape.channels * features * (shape.fusion === 'concat' ? 2 : 1);
  const first = fused + (shape.statistics > 0 ? statistics : 0);
  const widths = [first, ...hidden, shape.classes];
  return [
    ...BRANCHES.map((branch) => [`${branch}.dense`, pooledLength(shape), features] as const),
    ...(shape.fusion === 'adaptive' ? [['gate', 2 * features, features] as const] : []),
    ...(shape.statistics > 0 ? [['statistics', shape.statistics, statistics] as const] : []),
    ...widths.slice(1).map((width, i) => [`classifier${i + 1}`, widths[i] ?? 0, width] as const),
  ];
}

/** @throws UsageError for images the network cannot take */
export function checkShape({ pixels }: NetShape): void {
  if (pixels >= 8 && pixels % 8 === 0) return;
  throw new UsageError(
    'bad-size',
    `The network halves its images three times: --size must be a multiple of 8, not ${pixels}. Try --size ${Math.max(8, 8 * Math.round(pixels / 8))}.`,
  );
}

/** Weights before training: normal with variance 2 / inputs (He et al., 2015), biases 0; the seed decides all of them. */
export function initialWeights(shape: NetShape, seed: number): Weights {
  const normal = seededNormal(seed);
  const weights: Record<string, Weight> = {};
  const add = (name: string, extents: readonly number[], spread: number, constant = 0) => {
    const data = new Float32Array(extents.reduce((product, extent) => product * extent, 1));
    weights[name] = { shape: extents, data: spread > 0 ? data.map(() => spread * normal()) : data.fill(constant) };
  };
  const { convs, normalised } = WIDTHS[shape.size];
  for (const branch of BRANCHES) {
    for (const { name, inputs, outputs, kernel } of convs) {
      const full = `${branch}.${name}`;
      add(`${full}.weight`, [outputs, inputs, kernel, kernel], Math.sqrt(2 / (inputs * kernel * kernel)));
      add(`${full}.bias`, [outputs], 0);
      if (!normalised) continue;
      add(`${full}.scale`, [outputs], 0, 1);
      add(`${full}.shift`, [outputs], 0);
    }
  }
  for (const [name, inputs, outputs] of denseLayers(shape)) {
    add(`${name}.weight`, [outputs, inputs], Math.sqrt(2 / inputs));
    add(`${name}.bias`, [outputs], 0);
  }
  return weights;
}

/** How many numbers are trained. */
export function countWeights(weights: Weights): number {
  return Object.values(weights).reduce((sum, { data }) => sum + data.length, 0);
}
