import { type Dtype, dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { OperatorError, UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { ALONE, type Prepared, type Slot, type Tile } from '../core/operator.js';
import type { Params, Values } from '../core/params.js';
import { framesPerTile } from '../core/plan.js';
import { formatShape, frameCount, framePixels, fullShape, product, type Stack } from '../core/stack.js';
import { processTile, type Ready } from '../layouts/worker/ready.js';

/** An operator that was made ready once, and runs on frames in memory, on the calling thread, as often as wanted. */
export interface OpenOperator {
  readonly name: string;
  /** What computes: `ts` where there is no kernel for these frames. */
  readonly kernel: 'wasm' | 'ts';
  /** Shape and dtype of every result of a call with all frames. */
  readonly results: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: Dtype }>>;
  /** The memory that frames are computed from: fill it, call `apply()`, and nothing is copied. */
  readonly input: NumericArray;
  /**
   * Runs over frames, which lie one behind the other. Fewer than the operator was opened for are possible where every result has an
   * entry for each frame.
   *
   * @param frames absent: what `input` holds
   * @param into arrays for some of the results, by name; the others are views of the operator's memory, good until the next call
   * @throws UsageError for frames or arrays of another dtype or length; OperatorError when the operator fails
   */
  apply(frames?: NumericArray, into?: Readonly<Record<string, NumericArray>>): Readonly<Record<string, NumericArray>>;
  /** Lets go of the memory. Views of it stay readable for as long as they are held. */
  close(): void;
}

/** Preferred bytes of a tile, as on all layouts. */
const TILE_BYTES = 2 ** 20;

/** A slot with the array a call leaves its result in. */
export interface Filled {
  readonly name: string;
  readonly slot: Slot;
  readonly array: NumericArray;
  /** What a `whole` slot starts from, whole: `fill` is slow on shared memory. */
  readonly blank: NumericArray | null;
}

/** What has to be done for a number of frames: tiles with the places their entries go to, and the results. */
interface Course {
  readonly count: number;
  readonly tiles: readonly { readonly tile: Tile; readonly out: Readonly<Record<string, NumericArray>> }[];
  readonly results: Readonly<Record<string, NumericArray>>;
}

/** What was opened, with the memory it lies in. */
export interface Opened {
  readonly ready: Ready;
  readonly stack: Stack;
  readonly values: Values<Params>;
  readonly prepared: Prepared;
  readonly input: NumericArray;
  readonly slots: readonly Filled[];
}

/** Runs an opened operator over what its memory holds, tile by tile. */
export class Repeated implements OpenOperator {
  readonly name: string;
  readonly kernel: 'wasm' | 'ts';
  readonly results: OpenOperator['results'];
  readonly input: NumericArray;
  readonly #pixels: number;
  #opened: Opened | null;
  #course: Course;

  constructor(opened: Opened) {
    const { ready, stack, input, slots } = opened;
    this.name = ready.operator.name;
    this.kernel = ready.kernel;
    this.input = input;
    this.results = Object.fromEntries(
      slots.flatMap(({ name, slot: { kind, shape, dtype, private: hidden } }) =>
        hidden ? [] : [[name, { shape: kind === 'each' ? [...stack.stackShape, ...shape] : shape, dtype }] as const],
      ),
    );
    this.#pixels = framePixels(stack);
    this.#opened = opened;
    this.#course = courseOf(opened, frameCount(stack));
  }

  apply(frames = this.input, into?: Readonly<Record<string, NumericArray>>): Readonly<Record<string, NumericArray>> {
    const opened = this.#opened;
    if (!opened) throw new UsageError('closed', `Operator ${this.name} was closed. Open it again.`);
    const { ready, stack, values, prepared, slots } = opened;
    const count = this.#countOf(frames, opened);
    if (count !== this.#course.count) this.#course = courseOf(opened, count);
    const { tiles, results } = this.#course;
    if (into) checkInto(this.name, into, results);
    if (frames !== this.input) this.input.set(frames);
    for (const { array, blank } of slots) if (blank) array.set(blank);
    for (const { tile, out } of tiles) processTile(ready, tile, out);
    if (ready.operator.finish) {
      const out = Object.fromEntries(slots.map(({ name, array }) => [name, array]));
      ready.operator.finish(out, stack, values, prepared, (name, first, many) => entriesOf(slots, name, first, many));
    }
    if (!into) return results;
    for (const [name, array] of Object.entries(into)) array.set(results[name] ?? []);
    return { ...results, ...into };
  }

  /** How many frames these are. @throws UsageError when they do not fit */
  #countOf(frames: NumericArray, { ready, stack, slots }: Opened): number {
    if (frames === this.input) return frameCount(stack);
    const all = frameCount(stack);
    const dtype = dtypeOfArray(frames);
    const count = frames.length / this.#pixels;
    const isFew = count < all && count >= 1 && Number.isInteger(count);
    const mayBeFew = !ready.operator.finish && slots.every(({ slot }) => slot.kind === 'each');
    if (dtype === stack.dtype && (count === all || (isFew && mayBeFew))) return count;
    const [given, wanted] = [`${frames.length} numbers of ${dtype}`, `${all * this.#pixels} numbers of ${stack.dtype}`];
    const why = isFew && dtype === stack.dtype ? ' Its results are over all frames, so that it takes no fewer.' : '';
    throw new UsageError(
      'bad-frames',
      `Operator ${this.name} was opened for frames of ${formatShape(fullShape(stack))}, ${wanted}, not ${given}.${why}`,
      { expected: all * this.#pixels, found: frames.length },
    );
  }

  close(): void {
    this.#opened = null;
  }
}

/** Cuts frames into tiles that stay in cache, each with the part of every result it makes. */
function courseOf({ stack, input, slots }: Opened, count: number): Course {
  const pixels = framePixels(stack);
  const step = framesPerTile(
    stack,
    slots.map(({ slot }) => slot),
    TILE_BYTES,
  );
  const partOf = ({ slot, array }: Filled, first: number, many: number): NumericArray => {
    const size = product(slot.shape);
    return slot.kind === 'each' ? array.subarray(first * size, (first + many) * size) : array;
  };
  const tiles: Course['tiles'][number][] = [];
  for (let first = 0; first < count; first += step) {
    const many = Math.min(step, count - first);
    const data = input.subarray(first * pixels, (first + many) * pixels);
    const filled = slots.filter(({ slot }) => slot.kind !== 'derived');
    const out = Object.fromEntries(filled.map((one) => [one.name, partOf(one, first, many)]));
    tiles.push({ tile: { data, first, count: many, team: ALONE }, out });
  }
  const shown = slots.filter(({ slot }) => !slot.private);
  return { count, tiles, results: Object.fromEntries(shown.map((one) => [one.name, partOf(one, 0, count)])) };
}

/** What `finish` reads back of entries. */
function entriesOf(slots: readonly Filled[], name: string, first: number, count: number): NumericArray {
  const found = slots.find((one) => one.name === name && one.slot.kind === 'each');
  if (!found)
    throw new OperatorError(
      'no-slot',
      `There are no entries of '${name}' to read: it is no slot of one entry per frame.`,
    );
  const size = product(found.slot.shape);
  return found.array.subarray(first * size, (first + count) * size);
}

/** @throws UsageError for a name that is no result, and an array of another dtype or length */
function checkInto(
  owner: string,
  into: Readonly<Record<string, NumericArray>>,
  results: Readonly<Record<string, NumericArray>>,
): void {
  for (const [name, array] of Object.entries(into)) {
    const result = Object.hasOwn(results, name) ? results[name] : undefined;
    if (!result) {
      const guess = nearest(name, Object.keys(results));
      throw new UsageError(
        'bad-option',
        `into: '${name}' is no result of ${owner}.${guess ? ` Did you mean ${guess}?` : ''} There is ${Object.keys(results).join(', ')}.`,
        { slot: name },
      );
    }
    const [dtype, wanted] = [dtypeOfArray(array), dtypeOfArray(result)];
    if (dtype === wanted && array.length === result.length) continue;
    throw new UsageError(
      'bad-option',
      `into: '${name}' needs ${result.length} numbers of ${wanted}, not ${array.length} of ${dtype}.`,
      { slot: name },
    );
  }
}
