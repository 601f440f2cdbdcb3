import { ARENA_BASE, Arena, makeMemory } from '../../../core/arena.js';
import type { NumericArray } from '../../../core/dtype.js';
import { instantiate } from '../../../core/wasm.js';
import { callKernel } from '../../../kernels/call.js';
import { registerWasm } from '../../../kernels/register.wasm.js';
import type { Grid } from '../grid.js';
import { invert } from '../rigid.js';
import { asCoefficients, coefficientCount } from '../volume.js';
import { CONSTANT, type Level, pairCount, pairOf } from './columns.js';
import { kernelBytes, makeKernelJob, smoothStep } from './kernel.js';
import type { Filters } from './smooth.js';
import type { TemplateSteps } from './template.js';

/** Numbers that a voxel has in the kernel's spread of points. */
const SPREAD = 12;

/** Float32 arrays of the kernel's memory that are used for one level after the other. */
interface Room {
  readonly points: number;
  readonly weights: number;
  readonly columns: number;
}

function roomBytes(count: number, width: number): number {
  return 4 * count * (4 + width) + 3 * 128;
}

/** Bytes of the kernel's memory, by the arguments of `kernelTemplate`. */
export function kernelTemplateBytes(image: NumericArray, grid: Grid, most: number, width: number): number {
  const voxels = grid.size.reduce((all, extent) => all * extent, 1);
  const volume = 4 * (coefficientCount(grid.size) + 4) + 128;
  const noise = 4 * voxels * (SPREAD + 1) + width * volume + 256;
  const rest = kernelBytes(grid.size) + roomBytes(most, width) + 8 * pairCount(width) + 8192;
  return image.byteLength + volume + noise + rest;
}

/**
 * The steps by the kernel, on a memory of their own that lasts as long as they do.
 *
 * @param most points that a level has at most
 * @param width columns that a level has at most
 */
export function kernelTemplate(image: NumericArray, grid: Grid, most: number, width: number): TemplateSteps {
  const voxels = grid.size.reduce((all, extent) => all * extent, 1);
  const bytes = kernelTemplateBytes(image, grid, most, width);
  const arena = new Arena(makeMemory(bytes), ARENA_BASE, bytes);
  const exports = instantiate(registerWasm, arena.memory);
  const single = (length: number) => arena.array('float32', length) as Float32Array;
  const coefficients = asCoefficients(grid.size, single(coefficientCount(grid.size) + 4));
  const job = makeKernelJob(coefficients, arena);
  const smooth = smoothStep(exports, arena.place(image), job);
  const back = invert(grid.voxelToLocal);
  const place = arena.float64(21);
  place.set([
    ...grid.voxelToLocal.slice(0, 12),
    ...[0, 1, 2].flatMap((k) => [back[k] ?? 0, back[4 + k] ?? 0, back[8 + k] ?? 0]),
  ]);
  const pairs = arena.float64(pairCount(width));
  const scratch = arena.take(4096);
  const room: Room = {
    points: arena.take(12 * most),
    weights: arena.take(4 * most),
    columns: arena.take(4 * width * most),
  };
  const view = (address: number, length: number) => new Float32Array(arena.memory.buffer, address, length);
  let smoothed: Filters | null = null;
  return {
    smooth(filters) {
      if (filters !== smoothed) smooth(0, filters);
      smoothed = filters;
      return coefficients;
    },
    columns({ many, count, positions, weight }, wide) {
      view(room.points, 3 * count).set(positions);
      view(room.weights, count).set(weight);
      const columns = view(room.columns, wide * count);
      columns.fill(0);
      callKernel(
        exports,
        'columnsAt',
        job.job,
        room.points,
        room.weights,
        many,
        count,
        place.byteOffset,
        wide,
        room.columns,
      );
      return columns.slice();
    },
    pairs(level) {
      callKernel(exports, 'pairSums', room.columns, level.count, level.width, pairs.byteOffset, scratch);
      return pairs.slice(0, pairCount(level.width));
    },
    noise(level, filters) {
      smoothed = null;
      return noiseOf(level, filters);
    },
  };

  function noiseOf(level: Omit<Level, 'pairs' | 'noise'>, filters: Filters): Float64Array {
    const spread = arena.take(4 * SPREAD * voxels);
    const one = single(voxels);
    callKernel(
      exports,
      'spreadPoints',
      room.points,
      room.columns,
      level.count,
      level.width,
      ...grid.size,
      spread,
      scratch,
    );
    const fitted = Array.from({ length: level.width }, (_, j) => j).filter((j) => j !== CONSTANT);
    const smoothOne = smoothStep(exports, one, job);
    const volumes = fitted.map((j) => {
      callKernel(exports, 'takeColumn', spread, j, voxels, one.byteOffset);
      smoothOne(0, filters);
      const kept = single(coefficients.data.length);
      kept.set(coefficients.data);
      return kept.byteOffset;
    });
    const noise = new Float64Array(pairCount(level.width));
    for (const [i, left] of volumes.entries()) {
      for (const [l, right] of volumes.slice(0, i + 1).entries())
        noise[pairOf(fitted[i] ?? 0, fitted[l] ?? 0)] = callKernel(exports, 'innerProduct', job.job, left, right);
    }
    return noise;
  }
}
