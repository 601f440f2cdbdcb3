import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import { allocate, DTYPES, type Dtype, dtypeRange, type NumericArray, viewOf } from '../../dist/core/dtype.js';
import {
  ALONE,
  type AnyOperator,
  type Arrays,
  type LoadedArray,
  type Prepared,
  type ReadBack,
  type Slot,
  type Tile,
} from '../../dist/core/operator.js';
import { type ArrayInput, checkValues } from '../../dist/core/params.js';
import { framePixels, product, type Stack } from '../../dist/core/stack.js';
import { instantiate } from '../../dist/core/wasm.js';

const MEMORY_BYTES = 24 * 2 ** 20;

export const ALL_DTYPES = Object.keys(DTYPES) as Dtype[];

/** A stack of `frames` frames without any file behind it. */
export function stackOf(frames: number | readonly number[], frameShape: readonly number[], dtype: Dtype): Stack {
  return { stackShape: typeof frames === 'number' ? [frames] : frames, frameShape, dtype, axes: [] };
}

function load(input: ArrayInput): Promise<LoadedArray> {
  if (typeof input === 'string') throw new Error('tests give arrays, not files');
  return Promise.resolve({ shape: input.shape, data: Float64Array.from(input.data) });
}

const readText = (): Promise<string> => Promise.reject(new Error('tests give texts, not files'));

/** Everything of `run`, with whole slots and what was prepared. */
export interface Result {
  readonly out: Record<string, NumericArray>;
  readonly slots: Readonly<Record<string, Slot>>;
}

export interface RunOptions {
  readonly kernel?: 'ts' | 'wasm';
  /** Frames per tile; all in one when absent. */
  readonly tile?: number;
  /** Frames after which a new worker with its own accumulators begins. */
  readonly worker?: number;
  /** Elements by which tiles are moved off a 64-byte boundary. */
  readonly shift?: number;
}

function neutral(slot: Slot): number {
  if (slot.kind !== 'whole') return 0;
  const [low, high] = dtypeRange(slot.dtype);
  return slot.merge === 'max' ? low : slot.merge === 'min' ? high : 0;
}

function mergeWhole(
  operator: AnyOperator,
  slots: Readonly<Record<string, Slot>>,
  into: Result['out'],
  from: Result['out'],
): void {
  for (const [name, slot] of Object.entries(slots)) {
    if (slot.kind !== 'whole' || slot.merge === 'operator') continue;
    const [a, b] = [into[name] ?? [], from[name] ?? []];
    const merge = { sum: (x: number, y: number) => x + y, max: Math.max, min: Math.min }[slot.merge];
    for (let i = 0; i < b.length; i++) a[i] = merge(a[i] ?? 0, b[i] ?? 0);
  }
  operator.merge?.(into, from);
}

/** Runs an operator over `data` (frames after frames) the way a layout does: memory, tiles, merging, finish. */
export async function run(
  operator: AnyOperator,
  stack: Stack,
  data: NumericArray,
  raw: Record<string, unknown> = {},
  options: RunOptions = {},
): Promise<Result> {
  const { kernel = 'wasm', shift = 0 } = options;
  const pixels = framePixels(stack);
  const frames = data.length / pixels;
  const values = checkValues(operator.params, raw, operator.name);
  const read = (first: number, count: number) => Promise.resolve(data.slice(first * pixels, (first + count) * pixels));
  const prepared: Prepared = (await operator.prepare?.({ stack, values, detector: {}, read, readText, load })) ?? {};
  const slots = operator.outputs(stack, values, prepared);
  const out: Record<string, NumericArray> = {};
  for (const [name, slot] of Object.entries(slots)) {
    out[name] = allocate(slot.dtype, product(slot.shape) * (slot.kind === 'each' ? frames : 1)).fill(neutral(slot));
  }
  const step = options.worker ?? frames;
  for (let first = 0; first < frames; first += step) {
    const last = Math.min(frames, first + step);
    const whole = runWorker({
      operator,
      stack,
      data,
      kernel,
      shift,
      slots,
      prepared,
      values,
      out,
      first,
      last,
      tile: options.tile ?? step,
    });
    if (first > 0) mergeWhole(operator, slots, out, whole);
    else for (const [name, array] of Object.entries(whole)) out[name]?.set(array);
  }
  const readBack: ReadBack = (name, at, count) => {
    const size = product(slots[name]?.shape ?? []);
    const entries = out[name];
    if (slots[name]?.kind !== 'each' || !entries) throw new Error(`no entries of ${name}`);
    return entries.subarray(at * size, (at + count) * size);
  };
  operator.finish?.(out, stack, values, prepared, readBack);
  return { out, slots };
}

interface WorkerRun {
  readonly operator: AnyOperator;
  readonly stack: Stack;
  readonly data: NumericArray;
  readonly kernel: 'ts' | 'wasm';
  readonly shift: number;
  readonly slots: Readonly<Record<string, Slot>>;
  readonly prepared: Prepared;
  readonly values: ReturnType<typeof checkValues>;
  readonly out: Record<string, NumericArray>;
  readonly first: number;
  readonly last: number;
  readonly tile: number;
}

/** One worker over frames [first, last): `each` entries go to `out`, the `whole` accumulators are returned. */
function runWorker(w: WorkerRun): Record<string, NumericArray> {
  const { operator, stack, slots } = w;
  const memory = makeMemory(MEMORY_BYTES);
  const arena = new Arena(memory, ARENA_BASE, MEMORY_BYTES);
  const placed = Object.fromEntries(
    Object.entries(w.prepared).map(([name, value]) => [name, typeof value === 'object' ? arena.place(value) : value]),
  );
  const tiles: Record<string, NumericArray> = {};
  for (const [name, slot] of Object.entries(slots)) {
    if (slot.kind === 'derived') continue;
    tiles[name] = arena
      .array(slot.dtype, product(slot.shape) * (slot.kind === 'each' ? w.tile : 1))
      .fill(neutral(slot));
  }
  const state = operator.init?.({ stack, values: w.values, prepared: placed, arena });
  const pixels = framePixels(stack);
  const bytes = DTYPES[stack.dtype].bytes;
  const address = arena.take((w.tile * pixels + w.shift) * bytes) + w.shift * bytes;
  const wasm = operator.kernels?.wasm;
  const exports = wasm ? instantiate(wasm.module, memory) : null;
  for (let first = w.first; first < w.last; first += w.tile) {
    const count = Math.min(w.tile, w.last - first);
    const view = viewOf(stack.dtype, memory.buffer, address, count * pixels);
    view.set(w.data.subarray(first * pixels, (first + count) * pixels));
    const tile: Tile = { data: view, first, count, team: ALONE };
    if (w.kernel === 'wasm' && wasm && exports) wasm.process(exports, tile, state, tiles as Arrays<string>);
    else operator.process(tile, state, tiles as Arrays<string>);
    for (const [name, slot] of Object.entries(slots)) {
      const size = product(slot.shape);
      if (slot.kind === 'each')
        w.out[name]?.set((tiles[name] ?? allocate(slot.dtype, 0)).subarray(0, count * size), first * size);
    }
  }
  return Object.fromEntries(Object.entries(tiles).filter(([name]) => slots[name]?.kind === 'whole'));
}

/** Values of a small pseudo-random formula, the same in every program that computes it: i * i * 7919 + i * 104729. */
export function formula(dtype: Dtype, length: number, range = 251): NumericArray {
  const data = allocate(dtype, length);
  for (let i = 0; i < length; i++) data[i] = (i * i * 7919 + i * 104729) % range;
  return data;
}

/** Random elements over the full range of a dtype; floats in [-1000, 1000]. */
export function randomElements(dtype: Dtype, length: number, seed: number): NumericArray {
  const data = allocate(dtype, length);
  const [low, high] = dtype.startsWith('float') ? [-1000, 1000] : dtypeRange(dtype);
  let state = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const unit = state / 2 ** 32;
    data[i] = dtype.startsWith('float') ? low + unit * (high - low) : Math.floor(low + unit * (high - low + 1));
  }
  return data;
}
