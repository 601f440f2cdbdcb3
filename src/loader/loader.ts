import { Stopped, UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { frameBytes, frameCount } from '../core/stack.js';
import { loadAverage } from '../io/shared-usage.js';
import { Epoch } from './batches.js';
import type { BatchCrew } from './crew.js';
import { startCrew, timeBatch } from './crews.js';
import { FedCrew } from './fed-crew.js';
import { type Gathered, type GatherOptions, gather } from './gather.js';
import { type Input, inputOf, type LoaderSource } from './input.js';
import { materialOf } from './material.js';
import { type Material, type Materialized, type MaterializeOptions, materializeTo } from './materialize.js';
import type { Batch, LoaderOptions } from './options.js';
import { checkOptions } from './options-check.js';
import { inPieces, makeOrder, type Order } from './order.js';
import { type LoaderPlan, makeLoaderPlan } from './plan.js';
import { arrayBytes } from './processes/placed.js';
import { NOMINAL, remarksOn } from './remarks.js';
import { Ring } from './ring.js';
import { type PartName, splitSamples } from './split.js';
import { type LoaderStatistics, type RingUsage, Tally } from './statistics.js';
import { Steering } from './steering.js';
import { inBatchesOf, type LoaderWork, workOf } from './task.js';

/** What a loader will do, and with what. */
export interface LoaderOverview extends LoaderPlan {
  /** Of the part that is loaded; infinite, like batches, where an iterable does not say how many records come. */
  readonly samples: number;
  /** Samples of a batch. */
  readonly batch: number;
  /** Those that are handed over: with `pieces`, parts of batches. */
  readonly batches: number;
  /** Samples of every part; null without a split. */
  readonly parts: Readonly<Record<PartName, number>> | null;
}

interface Ready {
  readonly source: Source;
  readonly work: LoaderWork;
  /** Of the part that is loaded; null: all. */
  readonly positions: Uint32Array | null;
  readonly overview: LoaderOverview;
}

interface Running {
  readonly crew: BatchCrew;
  readonly ring: Ring;
  readonly slotBytes: number;
  readonly steering: Steering | null;
}

/** Samples of a batch when nobody says. */
const BATCH = 32;

/** Of an iterable that does not say how many records come. */
const UNCOUNTED = { samples: Number.POSITIVE_INFINITY, batches: Number.POSITIVE_INFINITY };

const isAutomatic = ({ workers }: LoaderOptions): boolean => workers === undefined || workers === 'auto' || workers < 0;

/** Streams batches of entries that operators make of the samples of a source. */
export class DataLoader implements AsyncIterable<Batch, void, void> {
  readonly #input: Input;
  readonly #options: LoaderOptions;
  readonly #tally = new Tally();
  readonly #fallbacks: string[] = [];
  #ready: Promise<Ready> | null = null;
  #running: Promise<Running> | null = null;
  #epochs = 0;
  #isIterated = false;
  /** How often it was closed. */
  #closes = 0;
  /** The pass that is under way. */
  #epoch: Epoch | null = null;
  /** What of the ring was in use, and what was made again, by crews that have ended; the one at work is asked. */
  #past: RingUsage = { bytes: 0, peak: 0, redone: 0 };
  #atWork: Running | null = null;

  constructor(source: LoaderSource, options: LoaderOptions) {
    checkOptions(options);
    this.#input = inputOf(source, options);
    this.#options = options;
  }

  async #prepare(): Promise<Ready> {
    const options = this.#options;
    const { feed } = this.#input;
    const source = await this.#input.open();
    const parts = options.split ? splitSamples(source, options.split) : null;
    const part = options.part ?? 'train';
    const positions = parts ? parts[part] : null;
    const known = feed ? feed.samples : frameCount(source.handle.stack);
    const samples = positions?.length ?? known ?? NOMINAL;
    if (samples === 0) {
      const what = parts ? `The part ${part} of the split of ${source.location}` : source.location;
      const all = frameCount(source.handle.stack);
      const hint = parts ? ` It is cut out of ${all} sample${all === 1 ? '' : 's'}: use more, or other shares.` : '';
      throw new UsageError('no-samples', `${what} holds no samples.${hint}`, { part });
    }
    const wished = options.batch ?? BATCH;
    const dropLast = options.dropLast ?? false;
    if (dropLast && wished > samples) {
      throw new UsageError(
        'no-batches',
        `${samples} samples do not fill one batch of ${wished}. Leave dropLast out, or make the batch smaller.`,
      );
    }
    const batch = Math.min(wished, samples);
    const work = await workOf(source, options.map, options, batch, { training: parts?.train ?? null, feed });
    const { batches } = makeOrder(positions, samples, batch, dropLast, null, 0);
    const { slotBytes: batchBytes, windowBytes, preparedBytes } = work.outline;
    const first = positions?.slice(0, batch) ?? Uint32Array.from({ length: batch }, (_, i) => i);
    const needs = {
      ...{ samples, batch, batches, batchBytes, windowBytes, preparedBytes },
      sampleBytes: frameBytes(source.handle.stack),
      arrayBytes: arrayBytes([source.handle, work.prepared]),
      calibrate: async () => timeBatch(work, first, feed && (await feed.typical(first[0] ?? 0))),
    };
    const plan = await makeLoaderPlan(needs, options);
    const counts = parts && { train: parts.train.length, validation: parts.validation.length, test: parts.test.length };
    const reasons = [...plan.reasons, ...remarksOn(source, options, known)];
    for (const line of reasons) options.log?.(line);
    for (const line of plan.fallbacks) this.#fellBack(line);
    const order = inPieces(makeOrder(positions, samples, batch, dropLast, null, 0), plan.pieces);
    const many = known === null ? UNCOUNTED : { samples, batches: order.batches };
    const overview = { ...plan, reasons, ...many, batch, parts: counts };
    return { source, work: plan.pieces > 1 ? inBatchesOf(order.batch, work) : work, positions, overview };
  }

  #fellBack(line: string): void {
    this.#fallbacks.push(line);
    this.#options.log?.(line);
  }

  #readied(): Promise<Ready> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      // What was stopped may be asked for again.
      if (error instanceof Stopped) this.#ready = null;
      throw error;
    });
    return this.#ready;
  }

  async #start({ work, overview }: Ready): Promise<Running> {
    const { strict = false, log } = this.#options;
    const made = await startCrew(work, overview, strict, (line) => this.#fellBack(line));
    const { feed } = this.#input;
    const crew = feed ? new FedCrew(made, feed) : made;
    const ring = new Ring(crew.slots);
    const running = { crew, ring, tally: this.#tally };
    const steers = isAutomatic(this.#options) && crew.workers > 1;
    const { batch } = work.outline;
    const steering = steers ? new Steering(overview, batch, running, (line) => log?.(line), loadAverage) : null;
    this.#atWork = { crew, ring, slotBytes: work.outline.slotBytes, steering };
    return this.#atWork;
  }

  async #run(ready: Ready): Promise<Running> {
    this.#running ??= this.#start(ready);
    try {
      return await this.#running;
    } catch (error) {
      this.#running = null;
      throw error;
    }
  }

  /**
   * How batches will be made: layout, workers, bytes, samples of every part, and why. Reads no sample but to measure one batch.
   *
   * @throws FanfoldError when it cannot be done
   */
  async plan(): Promise<LoaderOverview> {
    return (await this.#readied()).overview;
  }

  /** What has been done so far. */
  stats(): LoaderStatistics {
    return this.#tally.statistics(this.#usage(), this.#fallbacks);
  }

  #usage(): RingUsage {
    if (!this.#atWork) return this.#past;
    const { crew, ring, slotBytes } = this.#atWork;
    return {
      bytes: ring.slots * slotBytes,
      peak: Math.max(this.#past.peak, ring.peak * slotBytes),
      redone: this.#past.redone + (crew.redone ?? 0),
    };
  }

  /** One pass over all batches. Each time a loader is iterated, the next epoch. */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, void> {
    return this.epoch(this.#epochs++);
  }

  #checkFree(): void {
    if (!this.#isIterated) return;
    throw new UsageError(
      'busy',
      'A loader goes through one epoch at a time: end the loop before, or make another loader.',
    );
  }

  /** Workers that were ended while they started answer no more. @throws Stopped when it was closed since */
  #checkOpen(closes: number, { overview }: Ready): void {
    if (this.#closes !== closes) throw new Stopped(0, Number.isFinite(overview.samples) ? overview.samples : 0);
  }

  /**
   * One pass over all batches in the order of epoch `number`. Workers stay for the next one; leaving the loop early, or an error, ends
   * them and frees the ring.
   *
   * @throws FanfoldError, `Stopped` when the signal aborts
   */
  async *epoch(number: number): AsyncGenerator<Batch, void, void> {
    const { shuffle, dropLast = false } = this.#options;
    const closes = this.#closes;
    const ready = await this.#readied();
    this.#checkOpen(closes, ready);
    const { positions, overview } = ready;
    const { samples, batch, pieces } = overview;
    const order =
      this.#input.feed?.order(batch, dropLast) ??
      makeOrder(positions, samples, batch, dropLast, shuffle?.seed ?? null, number);
    yield* this.#iterate(ready, inPieces(order, pieces), this.#options);
  }

  async *#iterate(ready: Ready, order: Order, options: LoaderOptions): AsyncGenerator<Batch, void, void> {
    this.#checkFree();
    this.#isIterated = true;
    const closes = this.#closes;
    let isWhole = false;
    try {
      const { crew, ring, steering } = await this.#run(ready);
      this.#checkOpen(closes, ready);
      const { source, work } = ready;
      const labels = source.labels?.of ?? null;
      const onBatch = () => steering?.look();
      const epoch = new Epoch({
        crew,
        ring,
        order,
        fields: work.outline.fields,
        labels,
        options,
        tally: this.#tally,
        onBatch,
      });
      this.#epoch = epoch;
      try {
        for (let batch = await epoch.next(); batch; batch = await epoch.next()) yield batch;
        isWhole = true;
      } finally {
        epoch.end();
        this.#epoch = null;
      }
    } finally {
      this.#isIterated = false;
      if (!isWhole || this.#input.feed?.isRandom === false) await this.close();
    }
  }

  /**
   * Makes all entries of the part into files, through the same pipeline, in the order the samples lie in. An interrupted call with
   * `resume` is gone on with by the next.
   *
   * @param path `.npy`, `.h5` or another format that can be streamed
   * @throws UsageError, SinkError, and as iterating does
   */
  async materialize(path: string, options: MaterializeOptions = {}): Promise<Materialized> {
    return materializeTo(path, await this.#material(options.resume), options);
  }

  /**
   * Makes all entries of the part into arrays in memory or, where these pass the memory that the loader may take, into the file
   * `orTo`, batch by batch, which is then said once with the number that caused it.
   *
   * @throws PlanError when they do not fit and there is no `orTo`; LayoutError for that step when `strict`; as `materialize`
   */
  async gather(options: GatherOptions = {}): Promise<Gathered> {
    const material = await this.#material(options.resume);
    const room = { ...(await this.plan()), strict: this.#options.strict ?? false };
    const toFile = (path: string) => materializeTo(path, material, options);
    return gather(material, room, options, toFile, (line) => this.#fellBack(line));
  }

  async #material(resume = false): Promise<Material> {
    if (this.#options.onError === 'skip')
      throw new UsageError(
        'bad-option',
        "All entries have a row for every sample: gather and materialize with onError 'throw' or 'substitute'.",
      );
    // Said before files are touched: those of the call that is under way may be the same.
    this.#checkFree();
    const { feed } = this.#input;
    if (feed?.isRandom === false && (feed.samples === null || resume))
      throw new UsageError(
        'one-pass',
        'All entries have a known number of rows: give the length of an iterable beside it, { records, length }. Records that are gone cannot be resumed with.',
      );
    const ready = await this.#readied();
    const { source, work, positions, overview } = ready;
    const { batch } = work.outline;
    const { samples } = overview;
    const index = positions ?? Uint32Array.from({ length: samples }, (_, i) => i);
    const batches = (first: number): AsyncIterable<Batch> => {
      const rest =
        feed?.order(batch, false) ?? makeOrder(index.subarray(first), samples - first, batch, false, null, 0);
      return this.#iterate(ready, rest, { ...this.#options, ordered: true, debug: false });
    };
    return materialOf({ source, work, feed, index, batches }, this.#options);
  }

  /**
   * Ends all workers and frees the ring; views of batches must not be used any more. A loop that goes on ends with `Stopped`. Safe to call
   * twice; iterating starts again.
   */
  async close(): Promise<void> {
    this.#closes++;
    const running = this.#running;
    this.#running = null;
    this.#epoch?.stop();
    const fed = this.#input.feed?.close();
    const started = await running?.catch(() => null);
    this.#past = this.#usage();
    this.#atWork = null;
    await started?.crew.close();
    await fed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
