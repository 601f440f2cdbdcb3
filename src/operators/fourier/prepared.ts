import { DTYPES } from '../../core/dtype.js';
import type { Prepared } from '../../core/operator.js';
import { type Line, planLine } from './line.js';
import type { Precision } from './precision.js';

/** Bytes of an element of the kernels: a vector of real and one of imaginary parts. */
export const ELEMENT = 32;

const CACHE_LINE = 64;

/** Lines of a vector. */
export function lanesOf(precision: Precision): number {
  return 16 / DTYPES[precision].bytes;
}

/** Columns and rows of a transform of (height, width), as kernels read them. */
export function prepareLines(height: number, width: number, precision: Precision): Prepared {
  const [column, row] = [planLine(height), planLine(width)];
  const numbers = (line: Line) => (precision === 'float32' ? Float32Array.from(line.numbers) : line.numbers);
  return {
    columnSteps: column.steps,
    columnNumbers: numbers(column),
    rowSteps: row.steps,
    rowNumbers: numbers(row),
    elements: Math.max(column.elements, row.elements),
  };
}

/** Where a prepared array lies; 0 when there is none. */
export function addressOf(prepared: Prepared, name: string): number {
  const array = prepared[name];
  return typeof array === 'object' ? array.byteOffset : 0;
}

/** Bytes of one of two buffers of lines of `elements` points: rows are read and written in pairs of whole vectors. */
export function bufferBytes(elements: number, precision: Precision): number {
  return (elements + 2 * lanesOf(precision)) * ELEMENT;
}

/**
 * The plane between the passes, see kernels/_fft_plane.as.ts: bytes from row to row, and of all rows, which are transformed in
 * groups of a vector.
 */
export function planeRoom(
  rows: number,
  width: number,
  precision: Precision,
): { readonly stride: number; readonly bytes: number } {
  const lanes = lanesOf(precision);
  const lines = Math.ceil((Math.ceil(width / (2 * lanes)) * 2 * ELEMENT) / CACHE_LINE);
  // An odd number, so that the same place of successive rows does not fall into the same set of the cache.
  const stride = (lines + 1 - (lines % 2)) * CACHE_LINE;
  return { stride, bytes: Math.ceil(rows / lanes) * lanes * stride };
}
