import type { numpy } from '@jax-js/jax';
import { LayoutError } from '../core/errors.js';
import { Forward, type Inputs, type Tensors } from './forward.js';
import type { Jax } from './library.js';
import { BRANCHES, type NetShape, type Weights, WIDTHS } from './network.js';
import type { Samples } from './samples.js';
import { unfold } from './unfold.js';

/** What one batch says: the mean cross-entropy of its samples, and their logits (count, classes). */
export interface Judged {
  readonly loss: number;
  readonly logits: Float32Array;
}

type Tensor = numpy.Array;
type Step = (weights: Tensors, inputs: Inputs) => [[Tensor, Tensor], Tensors];

/** Most that a pass may take of the 4 GiB that the library can address. */
const MOST_BYTES = 3 * 2 ** 30;
/** Numbers held at once, forwards and backwards, for each number that convolutions make of an image: as measured. */
const HELD = 2.2;

/** Samples of which all that convolutions make has room at the same time; at least one is tried. */
export function samplesAtOnce({ size, channels, pixels }: NetShape, batch: number): number {
  const { convs } = WIDTHS[size];
  const places = (pixels / (convs[0]?.stride ?? 1)) ** 2;
  const each = convs.reduce((sum, { inputs, outputs, kernel }) => sum + kernel ** 2 * (inputs + outputs), 0);
  const bytes = 4 * HELD * BRANCHES.length * channels * places * each;
  return Math.max(1, Math.min(batch, Math.floor(MOST_BYTES / bytes)));
}

function sliceOf({ count, sum, diff, statistics, y }: Samples, first: number, length: number): Samples {
  if (length === count) return { count, sum, diff, statistics, y };
  const part = (data: Float32Array) => {
    const each = data.length / count;
    return data.subarray(first * each, (first + length) * each);
  };
  const images = { sum: part(sum), diff: part(diff) };
  return { count: length, ...images, statistics: part(statistics), y: y.subarray(first, first + length) };
}

const tooLarge = ({ size, channels, pixels }: NetShape, cause: unknown): LayoutError =>
  new LayoutError(
    'too-large',
    `One sample of ${channels} sensors with images of ${pixels} x ${pixels} is too large for the ${size} network: the library that computes gradients has 4 GiB at most. Use a smaller --size, --model small, or train from batches in Python.`,
    {},
    { cause },
  );

/**
 * Runs the network on batches of at most `batch` samples, in slices that fit into memory: gradients of slices add up to
 * those of the batch, because no sample sees another. Smaller slices are filled up with samples that do not count.
 */
export class Trainer {
  readonly #jax: Jax;
  readonly #shape: NetShape;
  /** Samples of a slice. */
  readonly #slice: number;
  readonly #step: Step;
  readonly #unfolded: Float32Array;

  /** @param atOnce samples of a slice */
  constructor(jax: Jax, shape: NetShape, batch: number, atOnce = samplesAtOnce(shape, batch)) {
    this.#jax = jax;
    this.#shape = shape;
    this.#slice = atOnce;
    const { channels, pixels } = shape;
    const [first] = WIDTHS[shape.size].convs;
    this.#unfolded = new Float32Array(
      this.#slice * channels * (pixels / (first?.stride ?? 1)) ** 2 * (first?.kernel ?? 1) ** 2,
    );
    const forward = new Forward(jax, shape, this.#slice);
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
    this.#step = jax.jit(jax.valueAndGrad(judge, { hasAux: true })) as unknown as Step;
  }

  /** Loss, logits and the gradients of the loss by the name of the weights. @throws LayoutError for what does not fit */
  async learn(weights: Weights, samples: Samples): Promise<Judged & { gradients: Record<string, Float32Array> }> {
    const gradients: Record<string, Float32Array> = {};
    const judged = await this.#each(samples, async (slice) => {
      const [[loss, logits], found] = this.#step(this.#weights(weights), this.#inputs(slice, samples.count));
      for (const [name, gradient] of Object.entries(found)) {
        const part = (await gradient.data()) as Float32Array;
        const sum = gradients[name];
        if (sum) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (part[i] ?? 0);
        else gradients[name] = part;
      }
      return [loss, logits];
    });
    return { ...judged, gradients };
  }

  /** Loss and logits alone. Gradients are computed as well: compiled without them, the library makes images anew at every use, three times as slow. */
  judge(weights: Weights, samples: Samples): Promise<Judged> {
    return this.#each(samples, async (slice) => {
      const [judged, gradients] = this.#step(this.#weights(weights), this.#inputs(slice, samples.count));
      for (const gradient of Object.values(gradients)) gradient.dispose();
      return judged;
    });
  }

  async #each(samples: Samples, run: (slice: Samples) => Promise<[Tensor, Tensor]>): Promise<Judged> {
    const { classes } = this.#shape;
    const all = new Float32Array(samples.count * classes);
    let sum = 0;
    for (let first = 0; first < samples.count; first += this.#slice) {
      const slice = sliceOf(samples, first, Math.min(this.#slice, samples.count - first));
      const [loss, logits] = await run(slice).catch((error: unknown) => {
        throw error instanceof RangeError && /memory/i.test(error.message) ? tooLarge(this.#shape, error) : error;
      });
      const [value = Number.NaN] = (await loss.data()) as Float32Array;
      sum += value;
      all.set(((await logits.data()) as Float32Array).subarray(0, slice.count * classes), first * classes);
    }
    return { loss: sum, logits: all };
  }

  #weights(weights: Weights): Tensors {
    const { numpy: np } = this.#jax;
    return Object.fromEntries(
      Object.entries(weights).map(([name, { shape, data }]) => [name, np.array(data, { shape: [...shape] })]),
    );
  }

  /** @param of samples of the whole batch */
  #inputs({ sum, diff, statistics, y, count }: Samples, of: number): Inputs {
    const { classes, statistics: width } = this.#shape;
    const wanted = new Float32Array(this.#slice * classes);
    for (let i = 0; i < count; i++) wanted[i * classes + (y[i] ?? 0)] = 1 / of;
    const numbers = new Float32Array(this.#slice * Math.max(1, width));
    if (width > 0) numbers.set(statistics);
    const { numpy: np } = this.#jax;
    return {
      sum: this.#images(sum),
      diff: this.#images(diff),
      statistics: np.array(numbers, { shape: [this.#slice, Math.max(1, width)] }),
      wanted: np.array(wanted, { shape: [this.#slice, classes] }),
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
