import type { NumericArray } from './dtype.js';

/** Numbers looked at together. */
const BLOCK = 4096;

/** Whether the numbers from `first` on, up to `end`, are all finite: each minus itself is then 0. Four sums, as one would wait for itself. */
function areFinite(data: Float32Array | Float64Array, first: number, end: number): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = first;
  for (; i + 4 <= end; i += 4) {
    const p = data[i] ?? 0;
    const q = data[i + 1] ?? 0;
    const r = data[i + 2] ?? 0;
    const s = data[i + 3] ?? 0;
    a += p - p;
    b += q - q;
    c += r - r;
    d += s - s;
  }
  for (; i < end; i++) {
    const p = data[i] ?? 0;
    a += p - p;
  }
  return a + b + c + d === 0;
}

/** How many numbers are NaN or infinite. They are looked at in blocks, most of which have none. */
export function countNonFinite(data: NumericArray): number {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return 0;
  let count = 0;
  for (let first = 0; first < data.length; first += BLOCK) {
    const end = Math.min(data.length, first + BLOCK);
    if (areFinite(data, first, end)) continue;
    for (let i = first; i < end; i++) if (!Number.isFinite(data[i])) count++;
  }
  return count;
}
