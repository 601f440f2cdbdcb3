import type { numpy } from '@jax-js/jax';
import type { Jax } from './library.js';
import { BRANCHES, type ConvLayer, type NetShape, poolsWhole, WIDTHS } from './network.js';

type Tensor = numpy.Array;
/** Weights on the device, each used exactly once: the library frees an array when it is used. */
export type Tensors = Record<string, Tensor>;

/** What the network is given: unfolded images of both kinds, and standardised statistics (samples, numbers). */
export interface Inputs {
  [name: string]: Tensor;
  readonly sum: Tensor;
  readonly diff: Tensor;
  readonly statistics: Tensor;
}

const take = (weights: Tensors, name: string): Tensor => {
  const found = weights[name];
  if (!found) throw new RangeError(`the network has no weights ${name}`);
  return found;
};

/** The network as a function of weights and inputs, for batches of one size. */
export class Forward {
  readonly #jax: Jax;
  readonly #shape: NetShape;
  readonly #batch: number;

  constructor(jax: Jax, shape: NetShape, batch: number) {
    this.#jax = jax;
    this.#shape = shape;
    this.#batch = batch;
  }

  /** Logits, shape (batch, classes). */
  logits(weights: Tensors, inputs: Inputs): Tensor {
    const { nn, numpy: np } = this.#jax;
    const { size, channels, statistics } = this.#shape;
    const { features, hidden } = WIDTHS[size];
    const [sum, diff] = BRANCHES.map((branch) => this.#branch(weights, branch, take(inputs, branch)));
    if (!sum || !diff) throw new RangeError('the network has two branches');
    const fused = this.#fuse(weights, sum, diff);
    const width = this.#shape.fusion === 'concat' ? 2 * features : features;
    let flow = fused.reshape([this.#batch, channels * width]);
    if (statistics > 0) {
      const beside = nn.relu(this.#dense(weights, 'statistics', inputs.statistics));
      flow = np.concatenate([flow, beside], 1);
    } else inputs.statistics.dispose();
    for (let layer = 1; layer <= hidden.length; layer++)
      flow = nn.relu(this.#dense(weights, `classifier${layer}`, flow));
    return this.#dense(weights, `classifier${hidden.length + 1}`, flow);
  }

  #dense(weights: Tensors, name: string, input: Tensor): Tensor {
    const weight = take(weights, `${name}.weight`);
    return this.#jax.numpy.matmul(input, weight.transpose()).add(take(weights, `${name}.bias`));
  }

  /** Features (batch * channels, features) of the images of one kind. Channels are last on the way. */
  #branch(weights: Tensors, branch: string, unfolded: Tensor): Tensor {
    const { size, channels, pixels } = this.#shape;
    const { convs, normalised } = WIDTHS[size];
    const [first, ...rest] = convs;
    if (!first) throw new RangeError('a branch begins with a convolution');
    const images = this.#batch * channels;
    const plan = { first, rest, images, pixels };
    const flow = normalised
      ? this.#overlapping(weights, branch, unfolded, plan)
      : this.#apart(weights, branch, unfolded, plan);
    return this.#jax.nn.relu(this.#dense(weights, `${branch}.dense`, this.#pool(flow)));
  }

  #pool(flow: Tensor): Tensor {
    const { numpy: np } = this.#jax;
    if (poolsWhole(this.#shape)) return np.concatenate([flow.ref.mean([1, 2]), np.max(flow, [1, 2])], 1);
    const [images = 0, side = 0, , outputs = 0] = flow.shape;
    const cells = flow.reshape([images, side / 2, 2, side / 2, 2, outputs]).mean([2, 4]);
    return cells.transpose([0, 3, 1, 2]).reshape([images, outputs * (side / 2) ** 2]);
  }

  /** The first convolution: a product of matrices, (images * places, outputs). */
  #first(weights: Tensors, branch: string, unfolded: Tensor, layer: ConvLayer): Tensor {
    const flat = take(weights, `${branch}.${layer.name}.weight`).reshape([layer.outputs, layer.kernel ** 2]);
    const product = this.#jax.numpy.matmul(unfolded, flat.transpose());
    return product.add(take(weights, `${branch}.${layer.name}.bias`));
  }

  /** Convolutions whose kernels do not overlap are products of matrices too: a hundred times as fast here. */
  #apart(weights: Tensors, branch: string, unfolded: Tensor, { first, rest, images, pixels }: BranchPlan): Tensor {
    const { nn, numpy: np } = this.#jax;
    let side = pixels / first.stride;
    let flow = nn.relu(this.#first(weights, branch, unfolded, first));
    for (const { name, inputs, outputs, kernel } of rest) {
      side /= kernel;
      const cells = flow.reshape([images, side, kernel, side, kernel, inputs]).transpose([0, 1, 3, 2, 4, 5]);
      const weight = take(weights, `${branch}.${name}.weight`).transpose([2, 3, 1, 0]);
      const product = np.matmul(
        cells.reshape([images * side * side, kernel * kernel * inputs]),
        weight.reshape([kernel * kernel * inputs, outputs]),
      );
      flow = nn.relu(product.add(take(weights, `${branch}.${name}.bias`)));
    }
    return flow.reshape([images, side, side, rest.at(-1)?.outputs ?? first.outputs]);
  }

  /** Convolutions of stride 1 that keep the size; each channel of each image is normalised after every one. */
  #overlapping(
    weights: Tensors,
    branch: string,
    unfolded: Tensor,
    { first, rest, images, pixels }: BranchPlan,
  ): Tensor {
    const { nn } = this.#jax;
    const side = pixels / first.stride;
    const start = this.#first(weights, branch, unfolded, first).reshape([images, side, side, first.outputs]);
    let flow = nn.relu(this.#normalise(weights, `${branch}.${first.name}`, start));
    for (const layer of rest) {
      const full = `${branch}.${layer.name}`;
      const product = this.#shifted(flow, take(weights, `${full}.weight`), layer, images, side);
      const biased = product.add(take(weights, `${full}.bias`)).reshape([images, side, side, layer.outputs]);
      flow = nn.relu(this.#normalise(weights, full, biased));
    }
    return flow;
  }

  /**
   * A convolution of stride 1 that keeps the size, as one product of matrices for every place in the kernel: a hundred
   * times as fast as the library's own. (images * side * side, outputs).
   */
  #shifted(input: Tensor, weight: Tensor, layer: ConvLayer, images: number, side: number): Tensor {
    const { numpy: np } = this.#jax;
    const { inputs, kernel, padding, dilation } = layer;
    const around: [number, number] = [padding, padding];
    const padded = np.pad(input, [[0, 0], around, around, [0, 0]]);
    const byPlace = weight.transpose([2, 3, 1, 0]);
    let sum: Tensor | undefined;
    for (let place = 0; place < kernel * kernel; place++) {
      const [row, column] = [Math.floor(place / kernel), place % kernel];
      const [top, left] = [row * dilation, column * dilation];
      const seen = padded.ref.slice([], [top, top + side], [left, left + side], []);
      const product = np.matmul(seen.reshape([images * side * side, inputs]), byPlace.ref.slice(row, column));
      sum = sum ? sum.add(product) : product;
    }
    padded.dispose();
    byPlace.dispose();
    if (!sum) throw new RangeError('a kernel has places');
    return sum;
  }

  /** Every channel of every image to mean 0 and variance 1, then scaled: unlike over a batch, a sample stands for itself. */
  #normalise(weights: Tensors, name: string, input: Tensor): Tensor {
    const { numpy: np } = this.#jax;
    const centred = input.ref.sub(input.mean([1, 2], { keepdims: true }));
    const variance = centred.ref.mul(centred.ref).mean([1, 2], { keepdims: true });
    const scaled = centred.div(np.sqrt(variance.add(1e-5))).mul(take(weights, `${name}.scale`));
    return scaled.add(take(weights, `${name}.shift`));
  }

  #fuse(weights: Tensors, sum: Tensor, diff: Tensor): Tensor {
    const { nn, numpy: np } = this.#jax;
    switch (this.#shape.fusion) {
      case 'add':
        return sum.add(diff);
      case 'concat':
        return np.concatenate([sum, diff], 1);
      case 'adaptive': {
        const gate = nn.sigmoid(this.#dense(weights, 'gate', np.concatenate([sum.ref, diff.ref], 1)));
        return diff.ref.add(gate.mul(sum.sub(diff)));
      }
    }
  }
}

interface BranchPlan {
  readonly first: ConvLayer;
  readonly rest: readonly ConvLayer[];
  readonly images: number;
  readonly pixels: number;
}
