import { ARENA_BASE, Arena, makeMemory } from '../../core/arena.js';
import { allocate, type NumericArray, viewOf } from '../../core/dtype.js';
import { OperatorError, PlanError } from '../../core/errors.js';
import { ALONE, type Operator, type Prepared, preparedBytes } from '../../core/operator.js';
import { checkValues, type Params, type Values } from '../../core/params.js';
import { readerBytes } from '../../core/plan.js';
import { formatBytes } from '../../core/size.js';
import type { FrameReader, SourceHandle } from '../../core/source.js';
import { frameBytes, frameCount, framePixels, product } from '../../core/stack.js';
import { instantiate } from '../../core/wasm.js';
import { loadInput } from '../../formats/load-input.js';
import { attachSource } from '../../formats/registry.js';
import { availableMemory } from '../../io/machine.js';
import { localHost } from '../../layouts/local.js';
import { loadOperator } from '../../operators/load.js';

/** Frames of one memory; a memory could hold 4 GiB, but half of that is easier to get. */
const MEMORY_BYTES = 2 * 2 ** 30;
const TILE_BYTES = 2 ** 20;
/** The compiler replaces its first, slow code of the kernel while this much is worked on, untimed. */
const WARM_BYTES = 64 * 2 ** 20;
const HEADROOM = 256 * 2 ** 20;

/** One memory full of frames, with the kernel instantiated on that same memory. */
interface Bank {
  readonly first: number;
  readonly count: number;
  readonly frames: NumericArray;
  /** Works on frames `from` to `from + count` of this bank where they lie. */
  readonly compute: (from: number, count: number) => void;
  /** Results of the last `compute`. */
  readonly out: NumericArray;
}

/** What the computation on resident frames gave. */
export interface ResidentOutcome {
  /** The computation only: no reading, no copying of frames. */
  readonly seconds: number;
  readonly bytes: number;
  readonly memories: number;
  readonly result: NumericArray;
}

type Ready = { operator: Operator; prepared: Prepared; values: Values<Params> };

async function prepareMask(handle: SourceHandle, mask: string): Promise<Ready> {
  const operator = await loadOperator({ name: 'mask' });
  const values = checkValues(operator.params, { mask: [mask] }, 'mask');
  const read = (): never => {
    throw new OperatorError('not-needed', 'The mask operator reads no frames to prepare.');
  };
  const prepared =
    (await operator.prepare?.({ stack: handle.stack, values, detector: {}, read, readText: read, load: loadInput })) ??
    {};
  return { operator, prepared, values };
}

function makeBank(handle: SourceHandle, ready: Ready, first: number, count: number, tileFrames: number): Bank {
  const { stack } = handle;
  const { operator, prepared, values } = ready;
  const wasm = operator.kernels?.wasm;
  if (!wasm) throw new OperatorError('no-kernel', `Operator ${operator.name} has no compiled kernel.`);
  const cost = operator.cost?.(stack, values, prepared).workerBytes ?? 0;
  const length = count * frameBytes(stack) + preparedBytes(prepared) + cost + tileFrames * 64 + 65536;
  const memory = makeMemory(length);
  const arena = new Arena(memory, ARENA_BASE, length);
  const placed = Object.fromEntries(
    Object.entries(prepared).map(([name, value]) => [name, typeof value === 'object' ? arena.place(value) : value]),
  );
  const state = operator.init?.({ stack, values, prepared: placed, arena });
  const [[name, slot] = ['', null]] = Object.entries(operator.outputs(stack, values, prepared));
  if (!slot) throw new OperatorError('no-output', `Operator ${operator.name} has no output.`);
  const out = arena.array(slot.dtype, tileFrames * product(slot.shape));
  const pixels = framePixels(stack);
  const frames = viewOf(stack.dtype, memory.buffer, arena.take(count * frameBytes(stack)), count * pixels);
  const exports = instantiate(wasm.module, memory);
  const compute = (from: number, many: number): void => {
    const data = frames.subarray(from * pixels, (from + many) * pixels);
    wasm.process(exports, { data, first: first + from, count: many, team: ALONE }, state, { [name]: out });
  };
  return { first, count, frames, compute, out };
}

async function openReader(handle: SourceHandle, blockFrames: number): Promise<FrameReader> {
  const bytes = readerBytes(handle, blockFrames, localHost.decodeScratch(handle)) + 2 ** 20;
  return attachSource(handle, new Arena(makeMemory(bytes), ARENA_BASE, bytes), {
    blockFrames,
    direct: false,
    onBadFrame: 'fail',
    replica: null,
    kernel: 'wasm',
  });
}

async function loadBanks(handle: SourceHandle, ready: Ready, tileFrames: number): Promise<Bank[]> {
  const { stack } = handle;
  const total = frameCount(stack);
  const perBank = Math.max(1, Math.floor(MEMORY_BYTES / frameBytes(stack)));
  const reader = await openReader(handle, tileFrames);
  const pixels = framePixels(stack);
  const banks: Bank[] = [];
  try {
    for (let first = 0; first < total; first += perBank) {
      const count = Math.min(perBank, total - first);
      const bank = makeBank(handle, ready, first, count, tileFrames);
      for (let frame = 0; frame < count; ) {
        const stop = reader.blockEnd(first + frame, Math.min(tileFrames, count - frame)) - first;
        const end = Math.min(count, Math.max(frame + 1, stop));
        bank.frames.set(reader.load(first + frame, end - frame), frame * pixels);
        frame = end;
      }
      banks.push(bank);
    }
  } finally {
    reader.close();
  }
  return banks;
}

/**
 * Reads every frame into shared memories, as many as it takes, then applies the mask to the frames where they lie, in
 * one thread. Only that is timed.
 *
 * @param mask file with weights of the shape of a frame
 * @param passes times everything is computed
 * @throws PlanError when the frames do not fit into the free memory
 */
export async function runResident(handle: SourceHandle, mask: string, passes = 1): Promise<ResidentOutcome> {
  const { stack } = handle;
  const bytes = frameCount(stack) * frameBytes(stack);
  const free = availableMemory();
  if (bytes + HEADROOM > free)
    throw new PlanError('does-not-fit', `needs ${formatBytes(bytes)} of memory, ${formatBytes(free)} available`);
  const ready = await prepareMask(handle, mask);
  const tileFrames = Math.max(1, Math.floor(TILE_BYTES / frameBytes(stack)));
  const banks = await loadBanks(handle, ready, tileFrames);
  const width = (banks[0]?.out.length ?? tileFrames) / tileFrames;
  const result = allocate('float64', frameCount(stack) * width);
  let warmed = 0;
  for (; warmed < WARM_BYTES; warmed += tileFrames * frameBytes(stack)) {
    for (const bank of banks) bank.compute(0, Math.min(tileFrames, bank.count));
  }
  const started = performance.now();
  const again = Array.from({ length: passes }, () => banks).flat();
  for (const { first, count, compute, out } of again) {
    for (let from = 0; from < count; from += tileFrames) {
      const many = Math.min(tileFrames, count - from);
      compute(from, many);
      result.set(many === tileFrames ? out : out.subarray(0, many * width), (first + from) * width);
    }
  }
  return { seconds: (performance.now() - started) / 1000, bytes: bytes * passes, memories: banks.length, result };
}
