import type { numpy } from '@jax-js/jax';
import { Forward, type Inputs, type Tensors } from './forward.js';
import type { Jax } from './library.js';
import { type NetShape, type Weights, WIDTHS } from './network.js';
import type { Samples } from './samples.js';
import { unfold } from './unfold.js';

/** What one batch says: the mean cross-entropy of its samples, and their logits (count, classes). */
export interface Judged {
  readonly loss: number;
  readonly logits: Float32Array;
}

type Tensor = numpy.Array;
type Step = (weights: Tensors, inputs: Inputs) => [[Tensor, Tensor], Tensors];
type Judge = (weights: Tensors, inputs: Inputs) => [Tensor, Tensor];

/** Runs the network on batches of at most `batch` samples; smaller ones are filled up with samples that do not count. */
export class Trainer {
  readonly #jax: Jax;
  readonly #shape: NetShape;
  readonly #batch: number;
  readonly #step: Step;
  readonly #judge: Judge;
  readonly #unfolded: Float32Array;

  constructor(jax: Jax, shape: NetShape, batch: number) {
    this.#jax = jax;
    this.#shape = shape;
    this.#batch = batch;
    const { channels, pixels } = shape;
    const [first] = WIDTHS[shape.size].convs;
    this.#unfolded = new Float32Array(
      batch * channels * (pixels / (first?.stride ?? 1)) ** 2 * (first?.kernel ?? 1) ** 2,
    );
    const forward = new Forward(jax, shape, batch);
    const judge = (weights: Tensors, { wanted, ...inputs }: Inputs): [Tensor, Tensor] => {
      const logits = forward.logits(weights, inputs as Inputs);
      // What is wanted is 1 / samples at the class of a sample, so that samples that fill up weigh nothing.
      const likely = jax.nn.logSoftmax(logits.ref, 1);
      return [
        likely
          .mul(wanted as Tensor)
          .sum()
          .neg(),
        logits,
      ];
    };
    this.#judge = jax.jit(judge) as Judge;
    this.#step = jax.jit(jax.valueAndGrad(judge, { hasAux: true })) as unknown as Step;
  }

  /** Loss, logits and the gradients of the loss by the name of the weights. */
  async learn(weights: Weights, samples: Samples): Promise<Judged & { gradients: Record<string, Float32Array> }> {
    const [[loss, logits], found] = this.#step(this.#weights(weights), this.#inputs(samples));
    const gradients: Record<string, Float32Array> = {};
    for (const [name, gradient] of Object.entries(found)) gradients[name] = (await gradient.data()) as Float32Array;
    return { ...(await this.#judged(loss, logits, samples.count)), gradients };
  }

  async judge(weights: Weights, samples: Samples): Promise<Judged> {
    const [loss, logits] = this.#judge(this.#weights(weights), this.#inputs(samples));
    return this.#judged(loss, logits, samples.count);
  }

  async #judged(loss: Tensor, logits: Tensor, count: number): Promise<Judged> {
    const [value = Number.NaN] = (await loss.data()) as Float32Array;
    const all = (await logits.data()) as Float32Array;
    return { loss: value, logits: all.slice(0, count * this.#shape.classes) };
  }

  #weights(weights: Weights): Tensors {
    const { numpy: np } = this.#jax;
    return Object.fromEntries(
      Object.entries(weights).map(([name, { shape, data }]) => [name, np.array(data, { shape: [...shape] })]),
    );
  }

  #inputs({ sum, diff, statistics, y, count }: Samples): Inputs {
    const { classes, statistics: width } = this.#shape;
    const wanted = new Float32Array(this.#batch * classes);
    for (let i = 0; i < count; i++) wanted[i * classes + (y[i] ?? 0)] = 1 / count;
    const numbers = new Float32Array(this.#batch * Math.max(1, width));
    if (width > 0) numbers.set(statistics);
    const { numpy: np } = this.#jax;
    return {
      sum: this.#images(sum),
      diff: this.#images(diff),
      statistics: np.array(numbers, { shape: [this.#batch, Math.max(1, width)] }),
      wanted: np.array(wanted, { shape: [this.#batch, classes] }),
    };
  }

  #images(images: Float32Array): Tensor {
    const [first] = WIDTHS[this.#shape.size].convs;
    if (!first) throw new RangeError('a branch begins with a convolution');
    unfold(images, this.#shape.pixels, first, this.#unfolded);
    const width = first.kernel ** 2;
    return this.#jax.numpy.array(this.#unfolded.slice(), { shape: [this.#unfolded.length / width, width] });
  }
}
