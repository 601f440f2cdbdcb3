import { provenanceOf } from '../api/recipe.js';
import { refsOf } from '../api/work.js';
import { grouping } from '../core/blocks.js';
import { Stopped, UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { frameBytes, frameCount } from '../core/stack.js';
import { openSource } from '../formats/registry.js';
import { loadAverage } from '../io/shared-usage.js';
import { Epoch } from './batches.js';
import type { BatchCrew } from './crew.js';
import { startCrew, timeBatch } from './crews.js';
import { type Gathered, type GatherOptions, gather } from './gather.js';
import { type Material, type Materialized, type MaterializeOptions, materializeTo } from './materialize.js';
import type { Batch, LoaderOptions } from './options.js';
import { checkOptions, checkSource } from './options-check.js';
import { inPieces, makeOrder, type Order } from './order.js';
import { type LoaderPlan, makeLoaderPlan } from './plan.js';
import { arrayBytes } from './processes/placed.js';
import { Ring } from './ring.js';
import { type PartName, splitSamples } from './split.js';
import { type LoaderStatistics, type RingUsage, Tally } from './statistics.js';
import { Steering } from './steering.js';
import { inBatchesOf, type LoaderWork, workOf } from './task.js';

/** What a loader will do, and with what. */
export interface LoaderOverview extends LoaderPlan {
  /** Of the part that is loaded. */
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

const isAutomatic = ({ workers }: LoaderOptions): boolean => workers === undefined || workers === 'auto' || workers < 0;

/** What a person should know of reading these samples in this order. */
function remarksOn({ handle }: Source, { shuffle }: LoaderOptions): string[] {
  const { frames } = grouping(handle);
  if (!shuffle || frames < 2) return [];
  return [
    `Stored in chunks of ${frames} samples, each decoded up to ${frames} times an epoch because the order is shuffled: a copy with a sample in each chunk is read faster.`,
  ];
}

/** Streams batches of entries that operators make of the samples of a source. */
export class DataLoader implements AsyncIterable<Batch, void, void> {
  readonly #source: Source | string;
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

  constructor(source: Source | string, options: LoaderOptions) {
    checkSource(source);
    checkOptions(options);
    this.#source = source;
    this.#options = options;
  }

  async #prepare(): Promise<Ready> {
    const options = this.#options;
    const source = typeof this.#source === 'string' ? await openSource(this.#source) : this.#source;
    const parts = options.split ? splitSamples(source, options.split) : null;
    const part = options.part ?? 'train';
    const positions = parts ? parts[part] : null;
    const samples = positions?.length ?? frameCount(source.handle.stack);
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
    const work = await workOf(source, options.map, options, batch, parts?.train ?? null);
    const { batches } = makeOrder(positions, samples, batch, dropLast, null, 0);
    const { slotBytes: batchBytes, windowBytes, preparedBytes } = work.outline;
    const first = positions?.slice(0, batch) ?? Uint32Array.from({ length: batch }, (_, i) => i);
    const needs = {
      ...{ samples, batch, batches, batchBytes, windowBytes, preparedBytes },
      sampleBytes: frameBytes(source.handle.stack),
      arrayBytes: arrayBytes([source.handle, work.prepared]),
      calibrate: () => timeBatch(work, first),
    };
    const plan = await makeLoaderPlan(needs, options);
    const counts = parts && { train: parts.train.length, validation: parts.validation.length, test: parts.test.length };
    const reasons = [...plan.reasons, ...remarksOn(source, options)];
    for (const line of reasons) options.log?.(line);
    for (const line of plan.fallbacks) this.#fellBack(line);
    const order = inPieces(makeOrder(positions, samples, batch, dropLast, null, 0), plan.pieces);
    const overview = { ...plan, reasons, samples, batch, batches: order.batches, parts: counts };
    return { source, work: plan.pieces > 1 ? inBatchesOf(order.batch, work) : work, positions, overview };
  }

  #fellBack(line: string): void {
    this.#fallbacks.push(line);
    this.#options.log?.(line);
  }

  #readied(): Promise<Ready> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #start({ work, overview }: Ready): Promise<Running> {
    const { strict = false, log } = this.#options;
    const crew = await startCrew(work, overview, strict, (line) => this.#fellBack(line));
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
    if (this.#closes !== closes) throw new Stopped(0, overview.samples);
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
    const order = makeOrder(positions, samples, batch, dropLast, shuffle?.seed ?? null, number);
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
      if (!isWhole) await this.close();
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
    return materializeTo(path, await this.#material(), options);
  }

  /**
   * Makes all entries of the part into arrays in memory or, where these pass the memory that the loader may take, into the file
   * `orTo`, batch by batch, which is then said once with the number that caused it.
   *
   * @throws PlanError when they do not fit and there is no `orTo`; LayoutError for that step when `strict`; as `materialize`
   */
  async gather(options: GatherOptions = {}): Promise<Gathered> {
    const material = await this.#material();
    const room = { ...(await this.plan()), strict: this.#options.strict ?? false };
    const toFile = (path: string) => materializeTo(path, material, options);
    return gather(material, room, options, toFile, (line) => this.#fellBack(line));
  }

  async #material(): Promise<Material> {
    if (this.#options.onError === 'skip')
      throw new UsageError(
        'bad-option',
        "All entries have a row for every sample: gather and materialize with onError 'throw' or 'substitute'.",
      );
    // Said before files are touched: those of the call that is under way may be the same.
    this.#checkFree();
    const ready = await this.#readied();
    const { source, work, positions, overview } = ready;
    const { batch, fields } = work.outline;
    const { samples } = overview;
    const refs = refsOf(this.#options.map);
    const index = positions ?? Uint32Array.from({ length: samples }, (_, i) => i);
    const provenance = provenanceOf(refs, source, {}, work.bound);
    const decides = {
      recipe: provenance.recipe,
      stack: source.handle.stack,
      fields: fields.map(({ label, dtype, shape }) => ({ label, dtype, shape })),
      samples,
      split: this.#options.split,
      part: this.#options.part,
    };
    return {
      fields,
      samples,
      index,
      labels: source.labels ? Int32Array.from(index, (sample) => source.labels?.of[sample] ?? -1) : null,
      fingerprint: JSON.stringify(decides),
      provenance,
      batches: (first) => {
        const rest = makeOrder(index.subarray(first), samples - first, batch, false, null, 0);
        return this.#iterate(ready, rest, { ...this.#options, ordered: true, debug: false });
      },
    };
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
    const started = await running?.catch(() => null);
    this.#past = this.#usage();
    this.#atWork = null;
    await started?.crew.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
