import { allocate, DTYPES, type Dtype, type NumericArray } from '../core/dtype.js';
import { type FanfoldError, UsageError } from '../core/errors.js';
import type { Labels } from '../core/series.js';
import type { Source } from '../core/source.js';
import { frameCount, framePixels, makeStack, type Stack } from '../core/stack.js';
import type { BatchRequest, FailedSample } from './crew.js';
import { either, type Feed, type Feeding, feedError, isPromise, missingAt, unlessStopped } from './feed.js';

/** Frames that a function of yours reads, in any order, on the host: from a camera, a database, a format of your own. */
export interface ReadAtSource {
  /** Of one frame, such as `[3, 96]` for three channels of 96 points. */
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** Frames there are. */
  readonly length: number;
  /**
   * Writes all of frame `index` into `destination`, a zeroed typed array of `dtype` on memory that workers share; it is called for several
   * frames at a time. What it throws, or rejects with, is the failure of that sample.
   */
  readAt(index: number, destination: NumericArray): void | PromiseLike<void>;
  /** Number of the class of each frame; -1 for none. */
  readonly labels?: ArrayLike<number>;
  /** Number of the group of each frame: frames of one group are never split apart. */
  readonly groups?: ArrayLike<number>;
}

function numbersOf(name: string, values: ArrayLike<number>, length: number, least: number): Int32Array {
  if (values.length !== length)
    throw new UsageError('bad-source', `There are ${values.length} ${name} for ${length} frames: each frame has one.`);
  const found = Int32Array.from(values);
  const bad = Array.from(values).findIndex((value, i) => value !== found[i] || value < least);
  if (bad >= 0)
    throw new UsageError(
      'bad-source',
      `${name}[${bad}] is ${values[bad]}, but ${name} are whole numbers from ${least} on.`,
    );
  return found;
}

/** Classes called by their numbers. */
export function numberedClasses(of: Int32Array): Labels {
  const count = of.reduce((most, label) => Math.max(most, label + 1), 0);
  return { classes: Array.from({ length: count }, (_, i) => String(i)), of };
}

/** A stack of frames of a shape. @throws UsageError for a shape, dtype or length that is none */
export function stackOf(shape: readonly number[], dtype: Dtype, length: number): Stack {
  const isCount = (extent: number): boolean => Number.isSafeInteger(extent) && extent > 0;
  if (shape.length < 1 || shape.length > 3 || !shape.every(isCount)) {
    const what = 'The shape of a frame has one to three whole numbers above 0';
    throw new UsageError('bad-source', `${what}, such as [3, 96], not [${shape.join(', ')}].`);
  }
  if (!Object.hasOwn(DTYPES, dtype))
    throw new UsageError('bad-source', `There is no dtype ${dtype}; known are ${Object.keys(DTYPES).join(', ')}.`);
  if (!isCount(length) || length > 2 ** 32)
    throw new UsageError('bad-source', `The length of a source is its number of frames, not ${length}.`);
  return makeStack([length, ...shape], dtype, shape.length);
}

/** Zeroes the frames of a batch, eight bytes at a time: bytes one by one are slow on shared memory. */
function clear({ buffer, byteOffset, byteLength }: NumericArray): void {
  const whole = Math.floor(byteLength / 8);
  new Float64Array(buffer, byteOffset, whole).fill(0);
  new Uint8Array(buffer, byteOffset + 8 * whole, byteLength - 8 * whole).fill(0);
}

/** Feeds frames that a function reads. */
export class ReadAtFeed implements Feed {
  readonly isRandom = true;
  readonly labels = null;
  readonly groups = null;
  readonly #given: ReadAtSource;
  readonly #source: Source;
  #stop = new AbortController();
  #signal: AbortSignal = this.#stop.signal;

  /** @throws UsageError for a shape, dtype, length, labels or groups that are wrong by themselves */
  constructor(given: ReadAtSource) {
    const { shape, dtype, length, labels, groups } = given;
    this.#given = given;
    this.#source = {
      format: 'function',
      location: 'readAt',
      notes: [],
      handle: { kind: 'fed', stack: stackOf(shape, dtype, length) },
      ...(labels ? { labels: numberedClasses(numbersOf('labels', labels, length, -1)) } : {}),
      ...(groups ? { groups: numbersOf('groups', groups, length, 0) } : {}),
    };
  }

  get samples(): number {
    return frameCount(this.#source.handle.stack);
  }

  async open(signal: AbortSignal | undefined): Promise<Source> {
    this.#stop = new AbortController();
    this.#signal = either(this.#stop, signal);
    return this.#source;
  }

  order(): null {
    return null;
  }

  /** @returns why it failed, or null */
  #take(sample: number, into: NumericArray): FanfoldError | null | Promise<FanfoldError | null> {
    const failed = (thrown: unknown): FanfoldError => feedError(`readAt(${sample}) failed`, thrown, { sample });
    const judged = (answer: unknown): FanfoldError | null => {
      const isIgnored = ArrayBuffer.isView(answer) && answer !== into;
      return isIgnored ? failed('it returned an array; frames are to be written into its second argument') : null;
    };
    try {
      const answer: unknown = this.#given.readAt(sample, into);
      return isPromise(answer) ? Promise.resolve(answer).then(judged, failed) : judged(answer);
    } catch (error) {
      return failed(error);
    }
  }

  #takeAll(samples: Uint32Array, frames: NumericArray): (FanfoldError | null | Promise<FanfoldError | null>)[] {
    const size = framePixels(this.#source.handle.stack);
    return Array.from(samples, (sample, place) =>
      this.#take(sample, frames.subarray(place * size, (place + 1) * size)),
    );
  }

  async read(samples: Uint32Array): Promise<NumericArray> {
    const { stack } = this.#source.handle;
    const frames = allocate(stack.dtype, samples.length * framePixels(stack), true);
    const taken = this.#takeAll(samples, frames);
    const error = (await unlessStopped(Promise.all(taken), this.#signal)).find((one) => one !== null);
    if (error) throw error;
    return frames;
  }

  async typical(sample: number): Promise<NumericArray> {
    const { stack } = this.#source.handle;
    const frame = allocate(stack.dtype, framePixels(stack), true);
    // One that fails is told of when its batch is made.
    await unlessStopped(Promise.resolve(this.#take(sample, frame)), this.#signal);
    return frame;
  }

  async fill({ samples }: BatchRequest, frames: NumericArray): Promise<Feeding> {
    clear(frames);
    const missing: FailedSample[] = [];
    for (const [place, error] of (await Promise.all(this.#takeAll(samples, frames))).entries())
      if (error) missing.push(missingAt(place, samples[place] ?? 0, error));
    return { samples, labels: null, error: null, missing };
  }

  async close(): Promise<void> {
    this.#stop.abort();
  }
}
