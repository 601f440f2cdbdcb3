import { OperatorError, UsageError } from '../core/errors.js';
import { availableCores } from '../io/machine.js';
import { ImageCrew } from './crew.js';
import type { Image } from './image.js';
import { checkLabels, readLabels } from './labels.js';
import { type Images, listingOf } from './listing.js';
import { type Needs, workersThatFit } from './memory.js';
import { fetchModel, type ModelFile } from './model-file.js';
import type { ModelOptions, Prediction, Predictions, ProcessOptions } from './options.js';
import { type Activation, probabilitiesOf, type Ranked, topOf } from './predictions.js';
import { type Preparation, preparationOf } from './preparation.js';
import { prepare } from './preprocess.js';
import { type ScoredImage, scoresOf } from './results.js';
import { DEVICES } from './runtime.js';
import { type Wanted, wantedOf } from './wanted.js';

/** Bytes of prepared images that go through a network at a time: they stay in cache, and an abort does not wait for more. */
const BATCH_BYTES = 2.5 * 2 ** 20;
const BATCH = 32;
const TOP = 5;

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new UsageError('bad-value', `${name} is a whole number from 1 on, not ${value}.`);
}

/** Workers, and how many processors use them. */
interface Pool {
  readonly crew: ImageCrew;
  users: number;
}

/** Everything about a network that was opened. */
interface Opened {
  readonly pool: Pool;
  readonly network: number;
  readonly file: ModelFile;
  readonly wanted: Wanted;
  readonly preparation: Preparation;
  readonly labels: readonly string[] | null;
  readonly provider: string;
  readonly reason: string | null;
  readonly needs: Needs;
  readonly memory: number | undefined;
  readonly notes: readonly string[];
}

/** Images that go through the network at a time: what it demands, else up to `batchSize` of 2.5 MiB together. */
function batchOf(wanted: Wanted, { channels, crop }: Preparation, batchSize: number): number {
  if (wanted.batch !== null) return wanted.batch;
  const [rows, columns] = crop ?? [wanted.height ?? 224, wanted.width ?? 224];
  return Math.max(1, Math.min(batchSize, Math.floor(BATCH_BYTES / (4 * channels * rows * columns))));
}

/** Bytes of the images of a batch as the network takes them. */
function batchBytes(wanted: Wanted, preparation: Preparation): number {
  const [rows, columns] = preparation.crop ?? [wanted.height ?? 224, wanted.width ?? 224];
  return 4 * batchOf(wanted, preparation, BATCH) * preparation.channels * rows * columns;
}

/** Puts names to scores. */
class Ranking {
  readonly #opened: Opened;
  readonly #top: number;
  readonly #activation: Activation;

  constructor(opened: Opened, { top = TOP, activation = 'auto' }: Pick<ProcessOptions, 'top' | 'activation'>) {
    this.#opened = opened;
    this.#top = atLeastOne('top', top);
    this.#activation = activation;
  }

  of(scores: Float32Array): { readonly top: Ranked[]; readonly probabilities: Float32Array } {
    const { labels, wanted } = this.#opened;
    if (labels) checkLabels(labels, scores.length, wanted);
    const probabilities = probabilitiesOf(scores, this.#activation);
    return { top: topOf(probabilities, this.#top, labels), probabilities };
  }

  prediction({ index, name, result }: ScoredImage): Prediction {
    if (!(result instanceof Float32Array)) return { index, name, top: [], probabilities: null, error: result };
    return { index, name, ...this.of(result), error: null };
  }
}

/**
 * Runs a network over images: reads and prepares them, batches them, runs the network in worker threads that keep it open, and ranks the
 * classes.
 *
 * ```js
 * await using processor = await ImageProcessor.loadModel('resnet18.onnx', { labels: 'imagenet.txt' });
 * for await (const { name, top } of processor.parallelProcess('photos/', { numWorkers: 4 })) console.log(name, top[0]);
 * ```
 */
export class ImageProcessor {
  readonly #opened: Opened;
  #isClosed = false;

  private constructor(opened: Opened) {
    this.#opened = opened;
  }

  /**
   * Opens an ONNX network, a file or an address, in all workers, where it stays.
   *
   * @throws SourceError for what is no network, another one than was meant, or cannot be had; UsageError for one that takes something else
   *   than images, and for options that do not fit it; LayoutError without the runtime, or without a graphics card when `gpu` is
   *   asked for; PlanError when there is too little memory
   */
  static async loadModel(location: string, options: ModelOptions = {}): Promise<ImageProcessor> {
    const { sha256, threads = 1, device = 'auto', output, beside, memory, signal } = options;
    const cores = Math.max(1, Math.floor(availableCores() / atLeastOne('threads', threads)));
    const workers = atLeastOne('numWorkers', options.numWorkers ?? cores);
    if (!DEVICES.includes(device))
      throw new UsageError('bad-value', `device is ${DEVICES.join(', ')}, not '${String(device)}'.`);
    const labels = options.labels === undefined ? null : readLabels(options.labels);
    const file = await fetchModel(location, sha256, signal);
    const pool = beside ? beside.#opened.pool : { crew: new ImageCrew(), users: 0 };
    const { crew } = pool;
    pool.users++;
    try {
      workersThatFit(1, { modelBytes: file.bytes, batchBytes: 0 }, memory);
      await crew.grow(1);
      const { network, declared, provider, reason } = await crew.open({
        path: file.path,
        location: file.location,
        threads,
        device,
      });
      const wanted = wantedOf(file.location, declared, output);
      const classes = declared.outputs.find(({ name }) => name === wanted.output)?.shape.at(-1);
      if (labels && typeof classes === 'number' && classes > 0) checkLabels(labels, classes, wanted);
      const preparation = preparationOf(wanted, options);
      const needs = { modelBytes: file.bytes, batchBytes: batchBytes(wanted, preparation) };
      const fit = workersThatFit(workers, needs, memory);
      await crew.grow(fit.workers);
      const notes = [...file.notes, ...(fit.reason === null ? [] : [fit.reason])];
      const found = { pool, network, file, wanted, preparation, labels, provider, reason };
      return new ImageProcessor({ ...found, needs, memory, notes });
    } catch (error) {
      await leave(pool);
      file.remove();
      throw error;
    }
  }

  /** What the network takes. */
  get wanted(): Wanted {
    return this.#opened.wanted;
  }

  /** How images become that. */
  get preparation(): Preparation {
    return this.#opened.preparation;
  }

  /** Workers that have the network open. */
  get workers(): number {
    return this.#opened.pool.crew.workers;
  }

  /** What it runs on: `cpu`, or the provider for a graphics card. */
  get device(): string {
    return this.#opened.provider;
  }

  /** Why that is not a graphics card; null when it is one, or none was wanted. */
  get deviceReason(): string | null {
    return this.#opened.reason;
  }

  /** Things worth knowing: the checksum of what was downloaded unchecked, why there are fewer workers. */
  get notes(): readonly string[] {
    return this.#opened.notes;
  }

  /** Images that go through the network at a time when up to `batchSize` may. */
  batchOf(batchSize = BATCH): number {
    return batchOf(this.#opened.wanted, this.#opened.preparation, atLeastOne('batchSize', batchSize));
  }

  /** An image as the network takes it, a batch of one: in the calling thread, to look at. @throws UsageError, SourceError */
  preprocess(image: Image): { readonly data: Float32Array; readonly shape: readonly number[] } {
    return prepare(image, this.#opened.preparation);
  }

  /** Classes of scores, one row after the other. @throws UsageError for numbers that make no whole rows */
  postprocess(
    scores: Float32Array,
    options: Pick<ProcessOptions, 'top' | 'activation'> & { readonly classes?: number } = {},
  ): Ranked[][] {
    const classes = options.classes ?? this.#opened.labels?.length ?? scores.length;
    if (classes < 1 || scores.length % classes !== 0)
      throw new UsageError('bad-scores', `${scores.length} scores are no rows of ${classes} classes.`);
    const ranking = new Ranking(this.#opened, options);
    return Array.from(
      { length: scores.length / classes },
      (_, i) => ranking.of(scores.subarray(i * classes, (i + 1) * classes)).top,
    );
  }

  /** Predictions for some images in memory, dealt out over the workers. @throws as `parallelProcess` */
  processBatch(images: readonly Image[], options: ProcessOptions = {}): Promise<Prediction[]> {
    const share = Math.max(1, Math.ceil(images.length / this.workers));
    return this.parallelProcess(images, { batchSize: share, ...options }).all();
  }

  /**
   * Predictions for images in their order, while workers are at those behind them. Leaving the loop stops them.
   *
   * @param images a folder (each file an image of any size), a file or pattern (a stack of frames), files, a source, or images in memory
   * @throws SourceError for what cannot be read, UsageError for images the network cannot take, both with the name of the image, unless
   *   `onError` is `skip`; OperatorError when the network fails; LayoutError when workers die twice over the same images; Stopped
   */
  parallelProcess(images: Images, options: ProcessOptions = {}): Predictions {
    const iterate = () => this.#predictions(images, options);
    return {
      [Symbol.asyncIterator]: iterate,
      all: async () => {
        const all: Prediction[] = [];
        for await (const prediction of iterate()) all.push(prediction);
        return all;
      },
    };
  }

  async *#predictions(images: Images, options: ProcessOptions): AsyncGenerator<Prediction, void, void> {
    if (this.#isClosed) throw new OperatorError('closed', 'This processor was closed. Load the model again.');
    const { onError = 'throw', signal, onProgress, onSpent, numWorkers } = options;
    const { pool, network, wanted, preparation } = this.#opened;
    const ranking = new Ranking(this.#opened, options);
    const batch = this.batchOf(options.batchSize);
    const more = numWorkers === undefined ? 0 : atLeastOne('numWorkers', numWorkers) - pool.crew.workers;
    if (more > 0) {
      const fit = workersThatFit(more, this.#opened.needs, this.#opened.memory);
      if (fit.reason !== null) options.onNote?.(fit.reason);
      await pool.crew.grow(pool.crew.workers + fit.workers);
    }
    // Colours are read as such where the network has channels for them.
    const listing = await listingOf(images, { ...(wanted.channels === 3 ? { channel: 'all' } : {}), ...options.open });
    for (const note of listing.notes) options.onNote?.(note);
    const { input, output, batch: fixed } = wanted;
    const scores = scoresOf(pool.crew, listing, {
      task: { network, preparation, input, output, batch: fixed },
      ...{ batch, onError },
      ...(signal ? { signal } : {}),
      ...(onSpent ? { onSpent } : {}),
    });
    let done = 0;
    for await (const scored of scores) {
      yield ranking.prediction(scored);
      onProgress?.(++done, listing.total);
    }
  }

  /** Closes the network and, unless another processor uses them, ends the workers. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { pool, network, file } = this.#opened;
    pool.crew.forget(network);
    await leave(pool);
    file.remove();
  }

  /** Closes it when an `await using` block ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function leave(pool: Pool): Promise<void> {
  if (--pool.users === 0) await pool.crew.close();
}
