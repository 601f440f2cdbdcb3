import { Arena } from '../core/arena.js';
import { type NumericArray, viewOf } from '../core/dtype.js';
import { asFanfoldError } from '../core/errors.js';
import { ALONE, type Prepared, type Tile } from '../core/operator.js';
import { checkValues } from '../core/params.js';
import { makeReady, type Ready } from '../layouts/worker/ready.js';
import { loadOperator } from '../operators/load.js';
import type { BatchRequest, CrewTask, FailedSample, Filled } from './crew.js';
import { type Frames, openFrames } from './frames.js';

type Outs = readonly Readonly<Record<string, NumericArray>>[];

/** Where a worker computes, and where the ring begins: addresses in one memory. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  /** The worker's arena, of `task.windowBytes`, and of `preparedBytes` more when prepared arrays lie elsewhere. */
  readonly base: number;
  readonly length: number;
  /** The first slot of the ring. */
  readonly ring: number;
}

async function readyOf(task: CrewTask, number: number, prepared: Prepared, arena: Arena): Promise<Ready> {
  const ref = task.operators[number] ?? { name: '', values: {} };
  const { stack } = task.source;
  const operator = await loadOperator(ref);
  const values = checkValues(operator.params, ref.values, operator.name);
  return makeReady(operator, values, stack, task.kernel, prepared, arena);
}

/** The milliseconds that all threads and processes of this machine agree on. */
export const clock = (): number => performance.timeOrigin + performance.now();

/** One worker's body: reads the samples of a request and lets the operators write their entries into a slot of the ring. */
export class BatchFiller {
  readonly #task: CrewTask;
  readonly #place: Place;
  readonly #frames: Frames;
  readonly #ready: readonly Ready[];
  /** By slot, then by place in the batch: where entries from there on go, for every operator. Made when first needed. */
  readonly #outs: Outs[][] = [];

  private constructor(task: CrewTask, where: Place, frames: Frames, ready: readonly Ready[]) {
    this.#task = task;
    this.#place = where;
    this.#frames = frames;
    this.#ready = ready;
  }

  /** Opens the source and readies the operators. @throws SourceError, UsageError, OperatorError */
  static async open(task: CrewTask, prepared: readonly Prepared[], where: Place): Promise<BatchFiller> {
    const arena = new Arena(where.memory, where.base, where.length);
    const ready: Ready[] = [];
    for (const number of task.operators.keys()) ready.push(await readyOf(task, number, prepared[number] ?? {}, arena));
    const frames = await openFrames(task, arena, where.ring);
    return new BatchFiller(task, where, frames, ready);
  }

  #outsAt(slot: number, at: number): Outs {
    const { fields, operators, batch, slotBytes } = this.#task;
    this.#outs[slot] ??= [];
    const places = this.#outs[slot];
    const known = places[at];
    if (known) return known;
    const made: Record<string, NumericArray>[] = operators.map(() => ({}));
    for (const { operator, name, dtype, size, offset } of fields) {
      const base = this.#place.ring + slot * slotBytes + offset;
      const whole = viewOf(dtype, this.#place.memory.buffer, base, batch * size);
      const outs = made[operator];
      if (outs) outs[name] = whole.subarray(at * size);
    }
    places[at] = made;
    return made;
  }

  /** Makes every entry of a batch, or of a piece of it; a sample that fails leaves the others as they are. */
  fill(slot: number, request: BatchRequest): Filled {
    const started = performance.now();
    const { number, samples, at: offset = 0, missing = [] } = request;
    const failed: FailedSample[] = [];
    for (let at = 0; at < samples.length; ) {
      const next = missing.find((place) => place >= offset + at) ?? Number.POSITIVE_INFINITY;
      if (next === offset + at) {
        at++;
        continue;
      }
      const count = this.#runAt(samples, at, Math.min(samples.length, next - offset));
      if (this.#process(slot, request, at, count) !== null) this.#oneByOne(slot, request, at, count, failed);
      at += count;
    }
    return { slot, number, failed, seconds: (performance.now() - started) / 1000, finishedAt: clock() };
  }

  /** How many samples from `at` on, up to `end`, follow each other in the stack: operators may ask for the number of a frame. */
  #runAt(samples: Uint32Array, at: number, end: number): number {
    const first = samples[at] ?? 0;
    const most = Math.min(end - at, this.#task.blockFrames);
    let count = 1;
    while (count < most && samples[at + count] === first + count) count++;
    return Math.min(count, this.#frames.blockEnd(first, count) - first);
  }

  /** @returns what went wrong, or null */
  #process(slot: number, { samples, at: offset = 0 }: BatchRequest, at: number, count: number): unknown {
    const first = samples[at] ?? 0;
    try {
      const tile: Tile = { data: this.#frames.load(slot, offset + at, first, count), first, count, team: ALONE };
      const outs = this.#outsAt(slot, offset + at);
      for (const [i, { process }] of this.#ready.entries()) process(tile, outs[i] ?? {});
      return null;
    } catch (error) {
      return error ?? new Error('an unknown failure');
    }
  }

  /** Finds out which samples of a run fail, and makes the others. */
  #oneByOne(slot: number, request: BatchRequest, at: number, count: number, failed: FailedSample[]): void {
    const { samples, at: offset = 0 } = request;
    for (let i = at; i < at + count; i++) {
      const error = this.#process(slot, request, i, 1);
      const sample = samples[i] ?? 0;
      if (error === null) continue;
      failed.push({ place: offset + i, sample, error: asFanfoldError(error, `Sample ${sample}`).toWire() });
    }
  }

  close(): void {
    this.#frames.close();
  }
}
